"""MACs that asked and are nobody's phone, and phones that were removed."""
