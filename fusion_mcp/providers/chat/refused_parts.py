"""Which part of a request a complaint refuses, so that the call can be made without it. Pure.

What vendors say of tools: OpenRouter's 404, Ollama's and vLLM's 400, llama.cpp's 500, FastAPI's 422. A complaint of
something else may mention tools in passing, so more is wanted there than the word. Where there is no more, it may
still mean them: that is another answer, and what becomes of it the caller's to try.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

from fusion_mcp.providers.catalog.provider import Parameter
from fusion_mcp.providers.chat.complaints import Complaint

_NOT = (
    r"(?:\bnot (?:yet |currently |fully |be )*+(?:support|enabled|available|allowed|permitted|implemented|accept)"
    r"|(?:n't|cannot|can not) (?:currently )?(?:support|accept|use)|\bunsupported|\bno endpoints found that support"
    r"|\b(?:unknown|unrecognized|unexpected|invalid|extra)"
    r" (?:request |keyword |body )?(?:argument|parameter|param|field|property|key|name|input)s?\b"
    r"|\brequires? --)"
)
_TOOLS = (
    r"\b(?:tools?(?:[ _-](?:use|calls?|calling|choice|call_parser))?|function[ _-]?call(?:s|ing)?|functions)(?![\w])"
)
_NEAR = r"(?:(?!\. )[^;]){0,80}"
"""Within one sentence."""
_NO_TOOLS = re.compile(rf"{_NOT}{_NEAR}{_TOOLS}|{_TOOLS}{_NEAR}{_NOT}|^\W*(?:body\.)?tools(?:[.\[:]|\W*$)")

_MENTIONED = re.compile(r"\btool(?:s|ing)?(?![a-z])|\bfunctions?(?![a-z])|\bfunctioncall")

_BAD_REQUEST = frozenset({400, 422})
_WITHOUT_TOOLS = frozenset({400, 404, 422, 500, 501})
_MENTIONING = _WITHOUT_TOOLS | {405}


@dataclass(frozen=True, kw_only=True)
class _Rule:
    """`parameter` was refused, if one of `parts` was sent and the complaint names it as `named` has it."""

    parameter: Parameter
    parts: tuple[str, ...]
    named: re.Pattern[str]
    statuses: frozenset[int] = _BAD_REQUEST

    def may_hold(self, status: int, complaint: Complaint, sent: Collection[str]) -> bool:
        """Tell whether a complaint can be of this at all, whatever it says in detail."""
        if status not in self.statuses or not any(part in sent for part in self.parts):
            return False
        if self.parameter == "echo":
            return _WANTED_BACK.search(complaint.codes) is None
        if self.parameter == "tools" and (complaint.is_of_length or _ORDER.search(complaint.codes)):
            return False
        return complaint.param not in _ESSENTIAL


_RULES = (
    _Rule(parameter="tools", parts=("tools_without_reasoning",), named=re.compile("reasoning")),
    _Rule(
        parameter="echo",
        parts=("echo",),
        named=re.compile(r"reasoning_(?:content|details)|messages\S{0,40}\breasoning\b|property 'reasoning'"),
    ),
    _Rule(
        parameter="response_format",
        parts=("response_format",),
        named=re.compile(r"response[_ ]format|text\.format|schema|structured output|grammar|json[ _]mode|guided[ _]"),
    ),
    _Rule(parameter="stream_options", parts=("stream_options",), named=re.compile(r"stream[_ ]options|include_usage")),
    _Rule(parameter="temperature", parts=("temperature",), named=re.compile("temperature")),
    _Rule(parameter="reasoning", parts=("reasoning", "reasoning_effort"), named=re.compile("reasoning")),
    _Rule(parameter="seed", parts=("seed",), named=re.compile("seed")),
    _Rule(
        parameter="tool_choice",
        parts=("tool_choice",),
        named=re.compile(r"tool[_ ]choice"),
        statuses=frozenset({400, 404, 422}),
    ),
    _Rule(parameter="tools", parts=("tools",), named=_NO_TOOLS, statuses=_WITHOUT_TOOLS),
    # The last, since others may be refused "when streaming".
    _Rule(parameter="stream", parts=("stream",), named=re.compile(r"\bstream(?:ing)?\b(?!.?options)")),
)
"""What a call can do without, in the order in which it is looked for.

The limit on the output is not here: without it nothing would bound the bill. It can go by its other name.
"""

_LIMIT_NAMES = frozenset({"max_tokens", "max_completion_tokens"})
_ESSENTIAL = frozenset({"messages", "model", "input_tokens", *_LIMIT_NAMES})
_EFFORT_WITH_TOOLS = re.compile(r"tools with reasoning_effort|set reasoning_effort to 'none'")
"""What OpenAI says to tools for a newer model that reasons, also of its own accord."""
_ORDER = re.compile(r"messages with role|preced|must be followed|must follow|must be a response")
"""Turns that do not fit each other: nothing that is said of tools there means that none are taken."""
_OF_A_TURN = re.compile(r"\bmessages?(?:\[|\.[\[\d])|\brole\b|call[_ ]?ids?\b|thought_?signature|not the same number")
"""One turn, or one call in it, is not as the vendor wants it. A turn that calls has tools in its wording anyway."""
_WANTED_BACK = re.compile(r"passed back|reasoning_content is missing")
"""What DeepSeek and Moonshot say where reasoning did not go back: it is not refused, but wanted."""

_WENT_WRONG = re.compile(
    r"tool_use_failed|failed to call a function|(?:error parsing|failed to parse) (?:tool|function) call"
    r"|failed to parse input at pos|malformed_function_call|server tool request failed"
)
"""What Groq, Ollama, llama.cpp and Google say of a call that the model wrote badly, and OpenRouter of its own tools."""


def refused_part(status: int, complaint: Complaint, sent: Collection[str], model: str) -> Parameter | None:
    """Name the part that was refused; None when the complaint is of something else, or of what was not `sent`.

    `sent` names the parts of the request's body, as `encoding.parts` does.
    """
    words = _words(complaint, model)
    if status in _BAD_REQUEST and all(name in words for name in _LIMIT_NAMES) and not _LIMIT_NAMES.isdisjoint(sent):
        return "max_tokens"
    if status in _BAD_REQUEST and "reasoning_with_tools" in sent and _EFFORT_WITH_TOOLS.search(words):
        return "reasoning_with_tools"
    if tools_went_wrong(complaint, sent):
        return None
    rules = [rule for rule in _RULES if rule.may_hold(status, complaint, sent)]
    named = [complaint.param, words] if complaint.param else [words]
    for where in named:  # the part that is named as such, before any that the sentence happens to mention
        for rule in rules:
            if rule.named.search(where):
                return rule.parameter
    return None


def may_be_of_tools(status: int, complaint: Complaint, sent: Collection[str], model: str) -> bool:
    """Tell whether a complaint that refuses no part in so many words speaks of tools, and not of a turn or a length.

    Only a request without tools can show whether it meant them.
    """
    if status not in _MENTIONING or "tools" not in sent or tools_went_wrong(complaint, sent):
        return False
    if complaint.is_of_length or complaint.param.startswith(tuple(_ESSENTIAL)):
        return False
    words = _words(complaint, model)
    is_of_turns = _ORDER.search(words) or _OF_A_TURN.search(words)
    return is_of_turns is None and _MENTIONED.search(words) is not None


def tools_went_wrong(complaint: Complaint, sent: Collection[str]) -> bool:
    """Tell whether a call of tools failed that may succeed the next time: nothing is wrong with the request."""
    return "tools" in sent and _WENT_WRONG.search(complaint.codes) is not None


def _words(complaint: Complaint, model: str) -> str:
    """What rules look through, without the name of a model that speaks of tools."""
    words = f"{complaint.codes} {complaint.param}"
    if "tool" in model.lower() or "function" in model.lower():
        words = words.replace(model.lower(), "the model")
    return words
