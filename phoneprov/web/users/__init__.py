"""Users of the provider and of a tenant."""
