"""Screens of bulk operations."""
