"""The rows of these tests go to the app's database."""

from tests.integration.web.rows import rows_go_here

__all__ = ["rows_go_here"]
