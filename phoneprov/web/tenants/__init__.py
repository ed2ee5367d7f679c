"""Tenants, for provider staff."""
