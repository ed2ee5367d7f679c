"""Screen of the maintenance windows, with their calendar."""
