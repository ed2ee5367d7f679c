"""Screen of the alerts."""
