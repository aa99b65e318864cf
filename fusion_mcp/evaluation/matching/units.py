"""What may stand around a number that was asked for as a number alone: a currency or a unit. Pure.

Strict on purpose: a word that changes the number (million, half, squared, sin) is no unit, nor is a letter that may be
a variable.
"""

import re
import unicodedata

_NEVER = re.compile(r"\d ?[kKMBT]\b|\d(?:[^\W\d_]|[^\W\d_]{3,})\b")
"""5M is five million, 5x and 5xyz are products."""
_NUMBER = r"-?\d+(?:\.\d+)?(?:/\d+)?"
_WORD = r"(?:°|[^\W\d_]+)(?:\^[23])?\.?"
_MEASURED = re.compile(rf"(?P<number>{_NUMBER})(?P<unit> ?{_WORD}(?:[ /·*]{_WORD}){{0,3}})")
_SHORT = frozenset(
    {"°", "°c", "°f", *"mgshl", "kg", "km", "cm", "mm", "nm", "mg", "ml", "dl", "ms", "hz", "ha", "mi", "ft", "lb"}
)
_SCALES = r"(?:hundred|thousand|million|billion|trillion|dozen|score|half|third|quarter|fourth|fifth|tenth|percent)\w*"
_WORDS = (
    r"and|not|nor|than|less|more|over|under|plus|minus|times|out|but|maybe|perhaps|either|neither|halves|point|pairs?"
)
_MATHS = r"squared|cubed|factorial|mod|sqrt|exp|log|inf\w*|(?:arc)?(?:sin|cos|tan|cot|sec|csc)h?"
_WRONG = r"wrong|incorrect|false|mil|mio|mrd|digits"
_NO_UNIT = re.compile(rf"{_SCALES}|{_WORDS}|{_MATHS}|{_WRONG}")


def without_unit(spelled: str, written: str) -> str:
    """Give the number in a normalised result that is a number with a unit or a currency; else the result.

    `written` is the same before it was normalised, when case and spaces still tell a scale and a product from a unit.
    """
    if _NEVER.search(written):
        return spelled
    bare = _without_currency(spelled)
    found = _MEASURED.fullmatch(bare)
    return found["number"] if found and _is_unit(found["unit"].strip()) else bare


def _without_currency(spelled: str) -> str:
    for sign in (each for each in spelled if unicodedata.category(each) == "Sc"):
        rest = spelled.replace(sign, "", 1).strip().replace(" ", "")
        if re.fullmatch(_NUMBER, rest):
            return rest
    return spelled


def _is_unit(text: str) -> bool:
    words = [word for part in re.split(r"[ /·*]", text) if (word := re.sub(r"\^[23]|\.$", "", part))]
    return all(word in _SHORT or (len(word) > 2 and not _NO_UNIT.fullmatch(word)) for word in words)  # noqa: PLR2004
