"""How a program asks: JSON below /api/v1, each request with a token of its own."""
