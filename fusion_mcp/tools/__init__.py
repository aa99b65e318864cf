"""The web for panel members: the closed list of tools, and everything that stands between a page and a model."""
