"""Which of several choices an answer settles on: by letter, or by a choice's own text. Pure.

Strict: whoever names two letters has chosen none, unless all but one are named to be refused. A is a letter where it
is no article, and I where it is nobody.
"""

import re
from collections.abc import Collection, Sequence
from functools import partial
from itertools import takewhile

from fusion_mcp.evaluation.matching.spelling import normalised
from fusion_mcp.evaluation.matching.stating import lines_of, statement
from fusion_mcp.evaluation.tasks import LETTERS

_DRESS = re.compile(r"\\(?:text|textbf|mathrm|mathbf|boxed)\s*+\{([^{}]*)\}")
_BARE = re.compile(
    r"(?:(?:the )?(?:option|choice|letter|answer) )?[(\[{<\"'“$]?([A-Za-z])[)\]}>\"'”$]?[.:,;!]*", re.IGNORECASE
)
_FIRST = re.compile(
    r"(?:(?i:the )?(?i:option|choice|letter|answer)\s+)?[(\[]?([A-Z])(?:[)\]][.:,]?(?=\s|$)|[.:,](?=\s|$)"
    r"|\s+(?=[-\u2013\u2014(:]|(?i:because|since|as|is|and|or|but|not|rather|instead)\b)|(?=/)|$)"
)  # B) Paris   (B) Paris   B. Paris   B - Paris   B (Paris)   B because
_LETTER = r"(?:\b(?:option|choice|answer) )?[(\[]?\b([A-Z])\b[)\]]?"
_IS_WRONG = (
    r"(?:is|are)(?: \w+ly)? (?:not|wrong|incorrect|false|out)\b|(?:isn't|aren't|cannot|can't|does not|doesn't)\b"
)
_REFUSED = re.compile(
    r"\b(?i:(?<!if )not|neither|nor|than|instead of|eliminating|excluding|ruling out) "
    rf"{_LETTER}(?:(?:,? (?:nor|or|and)|,) {_LETTER}){{0,8}}"
    rf"|{_LETTER}(?:(?:,? and|,) {_LETTER}){{0,8}} (?:{_IS_WRONG})"
)
_ASIDE = re.compile(r"[.;]|\b(?:because(?! of\b)|since|while|whereas|unlike|not|than|instead)\b", re.IGNORECASE)
_WORDS = re.compile(r"[^\W\d_]{2}")
_START = r"(?<!\w)"
_BESIDE = r"(?:\b(?:or|and|also|maybe|possibly|perhaps|alternatively|although|well as|is)|/|&|\+)[ (]*(?:option )?"
"""What stands before another choice's text, where it is named beside the letter."""
_REASON = re.compile(r"\b(?:because(?! of\b)|since)\b[^.;]*", re.IGNORECASE)
_NAMED = re.compile(r"(?<!['’])\b([A-Zb-hj-z])\b(?!['’])")
_NO_LETTER = re.compile(
    r"\bA (?=[a-z])(?!(?:is|are|was|and|or|nor|not|but|has|because|since|as|seems|looks|rather|too|also|could|may)\b)"
    r"|\bI(?= [a-z]|['’])"
)
_IN_WORDS = re.compile(
    rf"(?:^|[.;:,] |\b(?:[Ss]o|[Tt]hus|[Hh]ence|[Tt]herefore|and),? ){_LETTER} (?:is|must be|has to be) (?:the )?"
    rf"(?:correct|right|best|answer)\b"
    r"|\b(?:[Ii]t is|[Ii]t's|I choose|I pick|I select|go with|leaves|but|[Ss]o|[Tt]hus|[Hh]ence),? "
    rf"{_LETTER}(?=[.!,;]|$)"
)


def chosen(choices: Sequence[str], answer: str) -> set[str]:
    """Give the letters of the choices that an answer settles on; where it only lists some, all of those."""
    known = LETTERS[: len(choices)]
    said, lines = statement(answer), lines_of(answer)
    found = _named(choices, said) or _in_words(choices, said)
    bare = {letter for line in takewhile(partial(_bare, known), reversed(lines)) for letter in _bare(known, line)}
    if found or bare:
        return found | bare
    last = next(reversed(lines), "")
    whole = _same_text(choices, last) or _several(known, last)
    return whole if whole or said else _listed(choices, lines) or _in_words(choices, last)


def letters_in(said: str) -> set[str]:
    """Give the letters that a stated result names, where the choices are not known."""
    return _bare(LETTERS, said) or _several(LETTERS, said) or _first(LETTERS, said)


def _named(choices: Sequence[str], said: str) -> set[str]:
    known = LETTERS[: len(choices)]
    whole = _bare(known, said) or _same_text(choices, said) or _several(known, said)
    return whole or _with_text(choices, said)


def _with_text(choices: Sequence[str], said: str) -> set[str]:
    """Give the letter in front, and what else is named: behind a letter, another choice's text contradicts it."""
    known, plain = LETTERS[: len(choices)], _plain(said)
    found = _FIRST.match(plain)
    if not found or found[1] not in known:
        return set()
    own = choices[known.index(found[1])].strip()
    rest = plain[found.end() :].strip(" .-\u2013\u2014:")
    beside = _texts_in(choices, _ASIDE.split(rest)[0], found[1], _START) | _texts_in(choices, rest, found[1], _BESIDE)
    return _first(known, plain.replace(own, "", 1) if len(own) > 1 else plain) | _same_text(choices, rest) | beside


def _texts_in(choices: Sequence[str], text: str, chosen: str, before: str) -> set[str]:
    """Give the letters of the other choices whose own words are in a text, behind what has to stand `before` them."""
    return {
        letter
        for letter, choice in zip(LETTERS, choices, strict=False)
        if letter != chosen and (before != _START or _WORDS.search(choice))
        if re.search(before + re.escape(choice.strip()) + r"(?!\w)", text, re.IGNORECASE)
    }


def _bare(known: str, said: str) -> set[str]:
    found = _BARE.fullmatch(_plain(said))
    return {found[1].upper()} & set(known) if found else set()


def _same_text(choices: Sequence[str], said: str) -> set[str]:
    spelled = normalised(said)
    lettered = zip(LETTERS, choices, strict=False)
    return {letter for letter, choice in lettered if spelled and normalised(choice) == spelled}


def _several(known: str, said: str) -> set[str]:
    """Give the letters where there is nothing else: A, C   A or B   both A and B."""
    letters = [letter.upper() for letter in _NAMED.findall(_plain(said))]
    words = re.findall(r"\w+", re.sub(_NAMED, "", _plain(said)))
    is_list = len(letters) > 1 and all(word.casefold() in ("and", "or", "both", "either") for word in words)
    return set(letters) & set(known) if is_list else set()


def _first(known: str, said: str) -> set[str]:
    """Give the letter in front, with every other that is named beside it and not refused."""
    plain = _plain(said)
    found = None if _REFUSED.match(plain) else _FIRST.match(plain)
    return {found[1]} | _kept(known, plain[found.end() :]) if found and found[1] in known else set()


def _listed(choices: Sequence[str], lines: Sequence[str]) -> set[str]:
    """Give the letters that stand in front of lines, as where an answer goes through the choices."""
    return {letter for line in lines for letter in _with_text(choices, line)}


def _in_words(choices: Sequence[str], said: str) -> set[str]:
    """Give the letters that a sentence settles on, with every other that is named in it and not refused."""
    known, plain = LETTERS[: len(choices)], _plain(said)
    found = {letter for groups in _IN_WORDS.findall(plain) for letter in groups if letter} & set(known)
    if len(found) != 1:
        return found
    argued = _REASON.sub(" ", _REFUSED.sub(" ", plain))
    return found | _kept(known, plain) | _texts_in(choices, argued, min(found), _START)


def _kept(known: Collection[str], text: str) -> set[str]:
    """Give the letters that a text names and does not refuse, nor merely argues with."""
    left = _NO_LETTER.sub(" ", _REASON.sub(" ", _REFUSED.sub(" ", text)))
    return {letter.upper() for letter in _NAMED.findall(left)} & set(known)


def _plain(said: str) -> str:
    spelled = _DRESS.sub(r"\1", _DRESS.sub(r"\1", said)).replace("**", "").strip(" \t*_`")
    return re.sub(r"\\[()\[\]]", "", spelled).strip(" $")
