"""Yealink T4x and T5x: `key = value` files, boot files, NOTIFY and action URLs."""

from phoneprov.vendors.yealink.writer import YealinkWriter

WRITER = YealinkWriter()

__all__ = ["WRITER", "YealinkWriter"]
