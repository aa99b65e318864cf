"""Models behind servers that speak Chat Completions: the dialect as pure functions, and one small effectful part."""
