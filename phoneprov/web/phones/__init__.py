"""Phones of a tenant."""
