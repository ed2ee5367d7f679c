"""How a person asks: one folder per screen."""
