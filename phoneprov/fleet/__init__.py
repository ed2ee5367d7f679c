"""Phones: what is kept of them, their registrations and their status."""
