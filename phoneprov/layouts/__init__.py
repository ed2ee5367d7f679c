"""Button layouts and expansion module layouts: what each key of a phone or module does."""
