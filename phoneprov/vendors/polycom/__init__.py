"""Polycom VVX: master file, config of attributes, NOTIFY and event notifications."""

from phoneprov.vendors.polycom.writer import PolycomWriter

WRITER = PolycomWriter()

__all__ = ["WRITER", "PolycomWriter"]
