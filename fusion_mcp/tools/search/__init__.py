"""Searching the web by one of a closed list of backends: a file for each, their data in backends.toml, and failover.

`searcher` is the way in, `hits` what it gives.
"""
