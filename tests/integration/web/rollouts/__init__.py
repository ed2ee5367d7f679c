"""Roll-outs and maintenance windows on their pages."""
