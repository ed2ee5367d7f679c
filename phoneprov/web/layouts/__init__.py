"""Button layouts and expansion module layouts."""
