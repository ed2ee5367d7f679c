"""How each vendor's firmware reads its files: parsers that share nothing with the writers."""
