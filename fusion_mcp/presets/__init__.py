"""Presets: who sits on the panel, who judges, and within which limits.

`schema` is the shape of one, `parse` reads one, `library` finds them, and `resolve` turns one that depends on what is
there into one that names its models.
"""
