"""Whether a text is a list of items and nothing else, pure: so that what is done to one is done to all of it."""

import re

# dots that stand for items: "Translate these sentences: ..."
_LEFT_OUT = re.compile(r"[\s.\u2026]*")
# a bullet, "1.", "1)", "(1)" or "1:", or a number and a tab
_MARKED = re.compile(r"\s{0,8}(?:[-*\u2022\u2013]|\(?\d{1,4}[.):]|\d{1,4}\t)\s.*")
_QUESTION = re.compile(r"[?\uff1f\u061f\u037e]")
_LONGEST_LINE = 400
_MOST_WORDS = 5
_LEAST_ITEMS = 2


def is_list(text: str) -> bool:
    """Whether every line is marked as an item, or all are short and alike. A question anywhere makes it none.

    A list that was left out is one, too: the task is known without it.
    """
    if _QUESTION.search(text):
        return False
    if _LEFT_OUT.fullmatch(text):
        return True
    lines = text.strip().splitlines()
    return _are_marked(lines) or _are_of_one_kind(lines)


def _are_marked(lines: list[str]) -> bool:
    items = [line for line in lines if line.strip()]
    return all(_MARKED.fullmatch(line) and len(line) <= _LONGEST_LINE for line in items)


def _are_of_one_kind(lines: list[str]) -> bool:
    """Whether lines in one block, or the pieces of a single one between commas, are names or a few words each."""
    items = re.split(r"[,;|]\s", lines[0]) if len(lines) == 1 else lines
    return len(items) >= _LEAST_ITEMS and all(0 < len(item.split()) <= _MOST_WORDS for item in items)
