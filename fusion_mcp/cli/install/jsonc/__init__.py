"""A configuration in JSON, comments and trailing commas allowed: read with its places, and cut."""
