"""Grandstream GXP, GRP and GXV: XML files of P-values, NOTIFY and action URLs."""

from phoneprov.vendors.grandstream.writer import GrandstreamWriter

WRITER = GrandstreamWriter()

__all__ = ["WRITER", "GrandstreamWriter"]
