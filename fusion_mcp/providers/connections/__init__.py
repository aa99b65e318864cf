"""Connections to servers of models: one client for the life of the process, over a transport made for many calls."""
