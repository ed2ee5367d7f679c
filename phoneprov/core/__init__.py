"""Ground floor: settings, database, clock, MAC addresses, secrets, errors. No domain words."""
