"""When: one table of jobs, each a few lines over a domain verb."""
