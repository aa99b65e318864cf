"""Bytes that came from the web become readable text, in a child process that can be ended at any moment.

`reader` is the parent's side, `readable` what it gives; the rest of the house needs no more. Whatever takes bytes apart
(`documents` and below it) is imported in the child alone: pages are hostile, and parsers can be slow, greedy or broken.
"""
