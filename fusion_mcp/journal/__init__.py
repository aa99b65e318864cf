"""Runs, finished steps and money on disk, in one SQLite file that several processes share: only this room opens it."""
