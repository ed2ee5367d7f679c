"""A small PBX for the simulated phones: a registrar and a JSON-RPC address to ask it."""
