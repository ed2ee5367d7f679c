"""Buttons: button layouts and expansion module layouts."""
