"""Alerts: who is told by mail or webhook that something is wrong, and that it is well again."""
