"""A scripted OpenAI-compatible provider and a home to point at it: what the suite uses instead of mocks."""

from scripted.bad import (
    cuts_after,
    error_in_stream,
    floods,
    garbage,
    html,
    null_content,
    refuses,
    resets,
    says_nothing,
    stalls,
    stalls_after,
    stalls_after_headers,
    status,
)
from scripted.calls import Call
from scripted.exchange import Behaviour, Exchange
from scripted.gates import Gate
from scripted.good import answers, answers_whole, drips, held, keepalives_then, splits_utf8
from scripted.home import CANARY, Home
from scripted.judging import judges
from scripted.provider import ScriptedProvider

__all__ = [
    "CANARY",
    "Behaviour",
    "Call",
    "Exchange",
    "Gate",
    "Home",
    "ScriptedProvider",
    "answers",
    "answers_whole",
    "cuts_after",
    "drips",
    "error_in_stream",
    "floods",
    "garbage",
    "held",
    "html",
    "judges",
    "keepalives_then",
    "null_content",
    "refuses",
    "resets",
    "says_nothing",
    "splits_utf8",
    "stalls",
    "stalls_after",
    "stalls_after_headers",
    "status",
]
