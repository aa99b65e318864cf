"""A scripted web on loopback: what the suite lets members search and read instead of the internet."""

from scripted.web.bad import (
    cuts_after,
    drips,
    endless,
    garbage,
    hangs_up,
    huge_headers,
    lies_about_length,
    resets,
    resets_after,
    stalls,
    stalls_after,
    stalls_after_headers,
)
from scripted.web.bombs import gzip_bomb
from scripted.web.good import article, depends, empty, held, page, redirects, status
from scripted.web.searxng import result, searxng, searxng_fails
from scripted.web.server import ScriptedWeb
from scripted.web.visit import PageBehaviour, PageRequest, Visit

__all__ = [
    "PageBehaviour",
    "PageRequest",
    "ScriptedWeb",
    "Visit",
    "article",
    "cuts_after",
    "depends",
    "drips",
    "empty",
    "endless",
    "garbage",
    "gzip_bomb",
    "hangs_up",
    "held",
    "huge_headers",
    "lies_about_length",
    "page",
    "redirects",
    "resets",
    "resets_after",
    "result",
    "searxng",
    "searxng_fails",
    "stalls",
    "stalls_after",
    "stalls_after_headers",
    "status",
]
