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
from scripted.good import answers, answers_whole, depends, drips, held, keepalives_then, splits_utf8
from scripted.home import CANARY, Home
from scripted.judging import judges
from scripted.native import answers_from_the_web, citation
from scripted.provider import ScriptedProvider
from scripted.tool_calls import call, calls_tools, calls_until_told, fetch, never_stops, refuses_tools, search
from scripted.tool_turns import Wish
from scripted.web import ScriptedWeb

__all__ = [
    "CANARY",
    "Behaviour",
    "Call",
    "Exchange",
    "Gate",
    "Home",
    "ScriptedProvider",
    "ScriptedWeb",
    "Wish",
    "answers",
    "answers_from_the_web",
    "answers_whole",
    "call",
    "calls_tools",
    "calls_until_told",
    "citation",
    "cuts_after",
    "depends",
    "drips",
    "error_in_stream",
    "fetch",
    "floods",
    "garbage",
    "held",
    "html",
    "judges",
    "keepalives_then",
    "never_stops",
    "null_content",
    "refuses",
    "refuses_tools",
    "resets",
    "says_nothing",
    "search",
    "splits_utf8",
    "stalls",
    "stalls_after",
    "stalls_after_headers",
    "status",
]
