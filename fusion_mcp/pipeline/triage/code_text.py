"""What of a text is a program and what is prose, pure: told line by line, by rules that would rather call a line prose.

Which program it is, and whether it is right, nobody asks here.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_FENCE = "```"

# Repeats that could multiply are bounded or possessive: a question may be long and hostile.
_TOLD_APART = re.compile(
    # strings and comments, whose words are not the program's
    r"(\"\"\"|''')|\"(?:[^\"\\\n]|\\.)*+\"|'(?:[^'\\\n]|\\.)*+'|`[^`\n]*+`|(?:#|//|--\s|/\*|^\s*\*\s).*"
)
_STARTS = re.compile(
    # a line with which only a program begins
    r"\s*(?:@[\w.]+|(?:async )?def \w+\(|class \w+\s{0,2}[:({]|(?:from [\w.]+ )?import [\w.{*\"']|#include\b|"
    r"(?:export |async |pub |static )*(?:function|fn|func)\b.{0,60}\(|(?:const|let|var|val)\b.{1,60}=|"
    r"(?:public|private|protected)\b.{1,80}[({;]|(?:int|void|char|double|float)\b.{1,60}[({;=]|<\?php|package \w+;?$|"
    r"Traceback \(most recent|SELECT\b.{1,200}\bFROM\b|(?:for|while|if)\b.{1,100}[:{]\s*$|[\w.\[\]\"']+ = \S|"
    r"[\w.]+\([^()]{0,200}\);?\s*$)"
)
_GOES_ON = re.compile(
    # a line that is code only where the one before it was
    r"\s*(?:[\])}]+[;,)]*|else:?|try:|finally:|pass|break;?|continue;?|end;?|fi|done|return\b.{0,200}|\.\.\.|"
    r"(?:SELECT|FROM|WHERE|JOIN|ON|GROUP BY|ORDER BY|HAVING|LIMIT|VALUES|SET)\b.{0,200}|File \".{1,200}|\s*[~^]+)\s*$"
)
_FAILURE = re.compile(r"\s*(?:[\w.]*(?:Error|Exception)(?::.{0,300})?|Traceback \(most recent call last\):)\s*$")
_KEYWORDS = re.compile(
    r"(?:"
    r"and|as|assert|async|await|between|by|case|class|const|def|default|delete|desc|distinct|do|elif|else|end|except|"
    r"extends|false|final|finally|for|from|func|function|global|group|having|if|implements|import|in|inner|insert|int|"
    r"into|is|join|lambda|left|let|limit|mut|new|none|not|null|on|or|order|outer|pass|private|protected|pub|public|"
    r"raise|return|right|select|self|set|static|string|struct|switch|then|this|throw|throws|true|try|type|union|update|"
    r"use|using|val|values|var|void|when|where|while|with|yield"
    r")",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?(?: [^\W\d_]+(?:'[^\W\d_]+)?)*+")
_MOST_WORDS = 2
"""So many words in a row, none of which means anything to a compiler, may stand in a program outside its comments."""
# question marks of all scripts: Latin, full-width, Arabic, Greek
_QUESTION = re.compile(r"[\w\s]\s?[?\uff1f\u061f\u037e]\s*$|[\uff1f\u061f\u037e]")


@dataclass(frozen=True, kw_only=True)
class Parts:
    """`prose` are the pieces of prose with code between them, in order. `is_program`: what else there is, is one."""

    prose: tuple[str, ...]
    is_program: bool = False


def parted(text: str) -> Parts:
    """Tell a text's prose from its code. A program may stand in a fence, or begin with a line that only one has."""
    prose: list[list[str]] = [[]]
    code: list[str] = []
    # A fence may open or close in the middle of a line.
    for line, is_code in _sorted(text.replace("```", "\n```\n").splitlines()):
        if is_code:
            code.append(line)
            prose.append([])
        else:
            prose[-1].append(line)
    pieces = (" ".join(" ".join(lines).split()) for lines in prose)
    is_program = any(_STARTS.match(line) or _FAILURE.match(line) for line in code)
    return Parts(prose=tuple(piece for piece in pieces if piece), is_program=is_program)


def _sorted(lines: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """Say of each line whether it belongs to a program. An empty one goes with what stands before it."""
    is_fenced = was_code = False
    for line in lines:
        if line == _FENCE:
            is_fenced, was_code = not is_fenced, True
        elif line.strip():
            was_code = not _is_prose(line) and (is_fenced or _is_code(line, was_code))
        yield line, was_code


def _is_code(line: str, was_code: bool) -> bool:
    """Whether a line outside of fences must be of a program; an indented one that follows another of them is."""
    if _STARTS.match(line) or _FAILURE.match(line):
        return True
    return was_code and (line.startswith(("  ", "\t")) or _GOES_ON.match(line) is not None)


def _is_prose(line: str) -> bool:
    """Whether a line has, outside of comments and quotation marks, more words than a program would, or asks."""
    if _QUESTION.search(line):
        return True
    if _FAILURE.match(line):
        return False
    bare = _TOLD_APART.sub(" ; ", line).replace("\u2026", "...")
    if not bare.isascii() or any(_runs_on(found[0].split()) for found in _WORDS.finditer(bare)):
        return True
    words = bare.split()
    is_plain = _WORDS.fullmatch(" ".join(words)) is not None
    return is_plain and len(words) > _MOST_WORDS and _KEYWORDS.fullmatch(words[0]) is None


def _runs_on(words: Iterable[str]) -> bool:
    longest = run = 0
    for word in words:
        run = 0 if _KEYWORDS.fullmatch(word) else run + 1
        longest = max(longest, run)
    return longest > _MOST_WORDS
