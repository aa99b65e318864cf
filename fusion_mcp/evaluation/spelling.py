"""One spelling for results that are written in several ways, so that they can be compared. Pure.

Case, articles, punctuation, Markdown, LaTeX's dressing and the form of a number are taken away; units, signs of
calculation, and what tells C from C++ stay.
"""

import re
import unicodedata
from decimal import Decimal

_FRACTION = re.compile(r"\\[dt]?frac\s*+\{([^{}]*)\}\s*+\{([^{}]*)\}")
_DRESSED = re.compile(r"\\(?:text|mathrm|mathbf|textbf|mathit|operatorname)\s*+\{([^{}]*)\}")
_MATHS = re.compile(r"(?<!\\)\$([^$]+?)(?<!\\)\$")
_LATEX = re.compile(r"\\(?:left|right)\b|\\[,;!: ()\[\]]|\\(?=[%$#&_])")
_GROUPED = re.compile(r"(?<![\w.,])([-+]?)(\d{1,3}(?:,\d{3})+)(?![\d,])")
_NUMBER = re.compile(r"(?<![\w.])[-+]?+(?:\d++(?:\.\d++)?+|\.\d++)(?:e[-+]?+\d{1,3})?+(?!\w|\.\d)")
_MARKS = re.compile(r"[^\w\s%+\-./*^=<>()#\u00b0\u00a2-\u00a5\u20a0-\u20cf$]|(?<!\w)#|\.(?!\d)")
_ARTICLES = re.compile(r"\b(?:a|an|the)\s+(?=\w)")


def normalised(text: str) -> str:
    """Spell a result as it is compared."""
    spelled = unicodedata.normalize("NFKC", text).casefold().replace("\u2212", "-").replace("{,}", ",")
    spelled = _FRACTION.sub(r"\1/\2", spelled)
    spelled = _MATHS.sub(r"\1", _DRESSED.sub(r"\1", spelled))
    spelled = _LATEX.sub("", spelled).replace("**", " ").strip(" \t\n*_`")
    spelled = _GROUPED.sub(lambda found: found[1] + found[2].replace(",", ""), spelled)
    spelled = _MARKS.sub(" ", spelled)
    spelled = re.sub(r"\s+(?=%)", "", _NUMBER.sub(_plain_number, spelled))
    return " ".join(_ARTICLES.sub("", spelled).split())


def _plain_number(found: re.Match[str]) -> str:
    """Write a number without a plus, without zeros that say nothing, and without an exponent."""
    number = f"{Decimal(found[0]):f}"
    number = number.rstrip("0").rstrip(".") if "." in number else number
    return "0" if number in ("-0", "") else number
