"""Searching the web by one of a closed list of backends: a file for each, their data in backends.toml, and failover."""

from fusion_mcp.tools.search.hits import Found, Hit
from fusion_mcp.tools.search.searcher import Searcher

__all__ = ["Found", "Hit", "Searcher"]
