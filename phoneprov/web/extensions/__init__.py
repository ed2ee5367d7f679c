"""Extensions of a tenant, and their CSV import."""
