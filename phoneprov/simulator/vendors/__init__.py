"""How each vendor's firmware boots, reports and obeys."""
