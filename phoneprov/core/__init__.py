"""Ground floor: settings, database, clock, MAC addresses, secrets, errors, logging. No domain words."""
