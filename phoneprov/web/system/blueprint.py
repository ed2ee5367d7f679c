"""The blueprint that the pages of the installation itself belong to."""

from flask import Blueprint

blueprint = Blueprint("system", __name__)
