"""Whom we ask: links to PBXs behind one interface."""
