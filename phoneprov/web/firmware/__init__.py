"""Screen of the firmware library, and of what fleets run."""
