"""What is published of fusion-mcp besides the package itself: a bundle, a registry entry, links for one click.

All of it is made of pyproject.toml and of what the program says of itself, so that it cannot drift. Not installed.
"""
