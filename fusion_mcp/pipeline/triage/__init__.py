"""Before it costs anything: what kind of question this is, and whether one model answers it as well as a panel. Pure.

`sorting` tells the kind, by `rules.toml`; `routing` does what the preset wants done about it.
"""
