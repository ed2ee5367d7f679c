"""Extra parameters of a tenant or a phone, and where a phone's values come from."""
