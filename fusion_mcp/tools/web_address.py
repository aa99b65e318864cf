"""Which URL is a plain web address: the one test that whatever is given, found or linked must pass. Pure.

Whether a run may visit it is `provenance`'s to say; what its parts ask for, `download.target`'s.
"""

from fusion_mcp.cleaning import clean
from fusion_mcp.urls import normalised

LONGEST_URL = 4_000
"""In characters; a longer address is neither fetched nor shown nor remembered."""


def is_web_address(url: str) -> bool:
    """Whether this is http or https, with nothing before the host, nothing that cannot be seen, and not too long."""
    return len(url) <= LONGEST_URL and normalised(url) is not None and clean(url) == url
