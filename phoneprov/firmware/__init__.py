"""Firmware library, maintenance windows, roll-outs."""
