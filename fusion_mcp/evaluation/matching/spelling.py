"""One spelling for results that are written in several ways, so that they can be compared. Pure.

Case, articles, punctuation, Markdown, LaTeX's dressing and the form of a number are taken away. Units stay, and so does
every sign of mathematics, and what tells C from C++. LaTeX is `latex`'s.
"""

import re
import unicodedata
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate

from fusion_mcp.evaluation.matching.latex import undressed

_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ", "0123456789+-n")
_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉₊₋", "0123456789+-")
_SIGNS = {
    "+/-": "±",
    "<=": "≤",
    ">=": "≥",
    "!=": "≠",
    "->": "→",
    "⋅": "·",
    "’": "'",
    "′": "'",
    "∙": "·",
    ";": ",",
    "{,}": ",",
}
_DASHES = re.compile(r"[\u2010-\u2015\u2212]")
_THIN = re.compile(r"(?<=\d)[\u00a0\u2007\u2009\u202f](?=\d{3}(?!\d))")
_POWER = re.compile(r"(?<=[\w)])\*\*(?=[\w(-])")
_GROUPED = re.compile(r"(?<![\w.,])([-+]?)(\d{1,3}(?:,\d{3})+)(?![\d,])")
_SPACED = re.compile(r"[-+]?\d{1,3}(?: \d{3})+(?:\.\d+)?")
_NUMBER = re.compile(r"(?<![\w.])[-+]?+(?:\d++(?:\.\d++)?+|\.\d++)(?:e[-+]?+\d{1,3})?+(?!\w|\.\d)")
_TENS = re.compile(r"(?<![\w.^/)])(\d+(?:\.\d+)?) ?× ?10\^\(?([-+]?\d{1,3})\)?(?![\d.^])")
_BETWEEN_WORDS = re.compile(
    r"(?:(?<=[^\W\d_]{2})|(?<=[^\W\d_]{3} \d)|(?<=[^\W\d_]{3} \d\d)),\s+(?=[^\W\d_]{2}|\d{4}\b)"
)
_MARKS = re.compile(
    r"[\"“”„«»‘`?¿¡…\\]|(?<!\b[^\W\d_])'(?!\()|(?<!\w)#|\.(?!\d)|,(?=\s*$)|(?<!\d):|:(?!\d)|(?:(?<=[^\W\d_]{2})|(?<![\w)]))!(?!\w)"
)
_AROUND_SIGNS = re.compile(
    r"\s+(?=[-=+*/^<>≤≥≠≈×÷·±∪∩∈∧∨⊂⊆∖&(),\[\]{}|→])|(?<=[-=+*/^<>≤≥≠≈×÷·±∪∩∈∧∨⊂⊆∖&(),\[\]{}|→])\s+"
)
_ARTICLES = re.compile(
    r"(?:^(?:[Aa]n?)|\b(?:an?|[Tt]he|THE))\s+(?!sin|cos|tan|log|ln|exp|mod)(?=\w{2})|\b[Tt]he\s+(?=\w)"
)
_ELEMENT = re.compile(r"(?:(?<=[A-Z])|(?<=[A-Z][a-z])|(?<=[A-Z]\}))_\{?(\d+)\}?")
_RATIO = re.compile(r"(-?\d+(?:\.\d+)?)(?:/(\d+))?")
_LONGEST_RATIO = 40
_DEEPEST = 4
_PAIRS = {"(": ")", "[": "]", "{": "}", "<": ">"}


def normalised(text: str) -> str:
    """Spell a result as it is compared."""
    spelled = _ELEMENT.sub(r"\1", _plain_signs(text)).strip(" \t\n*_`")
    spelled = _ARTICLES.sub("", spelled).casefold()
    spelled = undressed(_POWER.sub("^", spelled)).replace("**", " ").strip(" \t\n*_`")
    spelled = _without_brackets(spelled.removesuffix("."))
    spelled = _GROUPED.sub(lambda found: found[1] + found[2].replace(",", ""), spelled)
    spelled = spelled.replace(" ", "") if _SPACED.fullmatch(spelled) else spelled
    spelled = _MARKS.sub(" ", _BETWEEN_WORDS.sub(" ", spelled))
    spelled = _AROUND_SIGNS.sub("", " ".join(spelled.split()))
    spelled = _NUMBER.sub(_plain_number, _TENS.sub(r"\1e\2", spelled))
    spelled = re.sub(r"\s+(?=[%‰°])", "", re.sub(r"(?<=\d)(?=[^\W\d_]{2})", " ", spelled))
    return _plain_ratio(" ".join(spelled.split()))


def _plain_signs(text: str) -> str:
    """Write each sign in one way, before compatibility forms would make x2 of x²."""
    spelled = re.sub(r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ]+", lambda found: "^" + found[0].translate(_RAISED), _THIN.sub("", text))
    spelled = re.sub(r"[₀₁₂₃₄₅₆₇₈₉₊₋]+", lambda found: "_" + found[0].translate(_LOWERED), spelled)
    spelled = re.sub(r"(?:(?<!\d)(\d++))? ?([¼-¾⅐-⅞])", _mixed, spelled)
    spelled = _DASHES.sub("-", unicodedata.normalize("NFKC", spelled)).replace("\u2044", "/")
    for written, sign in _SIGNS.items():
        spelled = spelled.replace(written, sign)
    return spelled


def _mixed(found: re.Match[str]) -> str:
    """Write 3¼ as 13/4."""
    part = unicodedata.normalize("NFKC", found[2]).split("\u2044")
    above, below = int(part[0]), int(part[1])
    whole = found[1] or "0"
    return found[0] if len(whole) > _LONGEST_RATIO else f"{int(whole) * below + above}/{below}"


def _without_brackets(text: str) -> str:
    """Take off brackets that hold all of a text and no list: (A) is A, (1, 2) stays."""
    spelled = text.strip()
    for _ in range(_DEEPEST):
        if len(spelled) < 2 or _PAIRS.get(spelled[0]) != spelled[-1] or "," in spelled:  # noqa: PLR2004 - a pair
            break
        depths = list(accumulate((each == spelled[0]) - (each == spelled[-1]) for each in spelled))
        if 0 in depths[:-1]:
            break
        spelled = spelled[1:-1].strip()
    return spelled


def _plain_number(found: re.Match[str]) -> str:
    """Write a number without a plus, without zeros that say nothing, and without an exponent."""
    number = f"{Decimal(found[0]):f}"
    number = number.rstrip("0").rstrip(".") if "." in number else number
    number = number.lstrip("0") if number.lstrip("0")[:1].isdigit() else number
    return "0" if number in ("-0", "") else number


def _plain_ratio(text: str) -> str:
    """Write what is a number and nothing else in one way: 0.5 and 2/4 are 1/2."""
    ratio = _RATIO.fullmatch(text) if len(text) <= _LONGEST_RATIO else None
    if not ratio or (ratio[2] and not int(ratio[2])):
        return text
    return str(Fraction(ratio[1]) / int(ratio[2] or 1))
