"""Log-in, log-out, first set-up."""
