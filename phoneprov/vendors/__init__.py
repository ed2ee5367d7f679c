"""How it is written: each vendor's files from a neutral PhoneConfig. Pure; no database, no web."""
