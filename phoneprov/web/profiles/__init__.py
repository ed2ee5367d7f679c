"""Screens of the provisioning profiles."""
