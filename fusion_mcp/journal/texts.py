"""Text as SQLite takes it."""


def whole(text: str) -> str:
    """Replace half characters, which models write and UTF-8 does not have."""
    return text.encode("utf-8", "replace").decode("utf-8")
