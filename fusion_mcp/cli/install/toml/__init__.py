"""A configuration in TOML: read with its places, and cut."""
