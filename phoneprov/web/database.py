"""The database session of a web request."""

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import Session

from phoneprov.core.database import Model

db = SQLAlchemy(model_class=Model)


def session() -> Session:
    """Return the session of this request; the request's end commits it or rolls it back."""
    return db.session()
