"""Browser files: ours, and those served from their Python packages."""
