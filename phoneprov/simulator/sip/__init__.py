"""SIP over UDP as far as a desk phone and a small registrar need it."""
