"""PBXs and the health of their links."""
