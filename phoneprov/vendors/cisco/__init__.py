"""Cisco SPA 3xx and 5xx: flat profiles, NOTIFY and User-Agents."""

from phoneprov.vendors.cisco.writer import CiscoWriter

WRITER = CiscoWriter()

__all__ = ["WRITER", "CiscoWriter"]
