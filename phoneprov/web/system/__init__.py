"""Health, error pages, search."""
