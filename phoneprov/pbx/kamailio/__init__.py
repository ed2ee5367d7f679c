"""Kamailio over JSON-RPC: its location table is read, NOTIFY is sent through it."""
