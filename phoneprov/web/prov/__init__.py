"""The phones' side: a small WSGI app in front of Flask."""
