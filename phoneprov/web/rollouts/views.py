"""The screens of roll-outs, put together from their views."""

from phoneprov.web.rollouts import list_views, new_views, order_views, show_views
from phoneprov.web.rollouts.blueprint import blueprint

__all__ = ["blueprint", "list_views", "new_views", "order_views", "show_views"]
