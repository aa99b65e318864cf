"""Reasoning that leaks into a reply, pure: taken out at its head, and nowhere else."""

import re

_OPENED = re.compile(r"<(think|thinking|reasoning)>", re.IGNORECASE)
_CLOSED = re.compile(r"^</(?:think|thinking|reasoning)>[ \t]*$", re.IGNORECASE | re.MULTILINE)


def without_thinking(text: str) -> str:
    """Take out reasoning that a model wrote at the head of its reply, also where a chat template ate the opening tag.

    What merely speaks of such tags, further on or in a code block, stays.
    """
    text = text.strip()
    opened = _OPENED.match(text)
    if opened is not None:
        end = re.search(f"</{opened[1]}>", text, re.IGNORECASE)
        if end is not None:
            return text[end.end() :].strip()
        return "" if text[opened.end() : opened.end() + 1] in ("", "\n") else text
    closed = _CLOSED.search(text) if "</" in text else None  # which takes long where there is none
    if closed is not None and "```" not in text[: closed.start()] and not _OPENED.search(text, 0, closed.start()):
        return text[closed.end() :].strip()
    return text
