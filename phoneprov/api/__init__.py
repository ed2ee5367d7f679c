"""How a program asks."""
