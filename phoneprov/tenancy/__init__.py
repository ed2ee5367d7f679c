"""Who: tenants, users, extensions, the audit trail."""
