"""LaTeX, as results are written in it, in plain signs: its dressing is taken off, its commands become characters. Pure.

Of a command that is not known, its name stays.
"""

import re
import unicodedata

_GREEK = [
    "alpha",
    "beta",
    "gamma",
    "delta",
    "epsilon",
    "zeta",
    "eta",
    "theta",
    "iota",
    "kappa",
    "lambda",
    "mu",
    "nu",
    "xi",
    "pi",
    "rho",
    "sigma",
    "tau",
    "phi",
    "chi",
    "psi",
    "omega",
]
_SIGNS = {
    **{name: unicodedata.lookup(f"GREEK SMALL LETTER {name.replace('lambda', 'lamda')}") for name in _GREEK},
    **dict.fromkeys(("le", "leq", "leqslant"), "≤"),
    **dict.fromkeys(("ge", "geq", "geqslant"), "≥"),
    **dict.fromkeys(("ne", "neq"), "≠"),
    **dict.fromkeys(("neg", "lnot"), "¬"),
    **dict.fromkeys(("land", "wedge"), "∧"),
    **dict.fromkeys(("lor", "vee"), "∨"),
    **dict.fromkeys(("emptyset", "varnothing"), "∅"),
    **dict.fromkeys(("to", "rightarrow"), "→"),
    **dict.fromkeys(("mid", "vert", "lvert", "rvert"), "|"),
    **dict.fromkeys(("quad", "qquad"), " "),
    "pm": "±",
    "cup": "∪",
    "cap": "∩",
    "infty": "∞",
    "times": "×",
    "cdot": "·",
    "div": "÷",
    "in": "∈",
    "lt": "<",
    "gt": ">",
    "degree": "°",
    "approx": "≈",
    "sim": "~",
    "setminus": "∖",
    "subset": "⊂",
    "subseteq": "⊆",
}
_COMMAND = re.compile(r"\\([a-z]+)(?![a-z])")
_DEGREES = re.compile(r"\^ ?(?:\{ ?\\circ ?\}|\\circ)")
_DRESSED = re.compile(
    r"\\(?:text|mathrm|mathbf|textbf|mathit|textit|mathbb|operatorname|mbox|boxed|fbox)\s*+\{([^{}]*)\}"
)
_ROOT = re.compile(r"\\sqrt ?(?:\[([^\[\]]*)\])? ?(?:\{([^{}]*)\}|([0-9a-z]))")
_PART = r"(?:\{([^{}]*)\}|([0-9a-z]))"
_FRACTION = re.compile(rf"(?:(?<!\d)(\d+) ?)?\\[dtc]?frac ?{_PART} ?{_PART}")
_SCRIPT = re.compile(r"([\^_]) ?\{([^{}]*)\}")
_MATHS = re.compile(r"(?<!\\)\$(?=\S)([^$]+?)(?<=[^\s\\])\$(?!\d)")
_SPACING = re.compile(r"\\(?:left|right|[dt]?displaystyle)(?![a-z])|\\[,;!: ()\[\]]|\\(?=[%$#&_{}])")
_SIMPLE = re.compile(r"-?\d+(?:\.\d+)?|\d*[-+]|-?(?:[^\W\d_]|\\[a-z]+)|√\w")
_PRODUCT = re.compile(r"-?(?:[\w.]|\\[a-z]+|√)+")
_THOUSANDS = re.compile(r",\\! ?(?=\d{3})")
_MOST_ROUNDS = 30
_LONGEST_WHOLE = 30


def undressed(text: str) -> str:
    """Write a result that is in small letters without LaTeX, as far as LaTeX is known here."""
    spelled = _SPACING.sub("", _THOUSANDS.sub(",", _DEGREES.sub("°", _MATHS.sub(r"\1", text))))
    for _ in range(_MOST_ROUNDS):  # from the innermost braces outwards
        before = spelled
        for form, plain in ((_DRESSED, r"\1"), (_ROOT, _root), (_FRACTION, _fraction), (_SCRIPT, _script)):
            spelled = form.sub(plain, spelled)
        if spelled == before:
            break
    return _COMMAND.sub(lambda found: _SIGNS.get(found[1], found[0]), spelled)


def _root(found: re.Match[str]) -> str:
    degree = f"[{found[1]}]" if found[1] and found[1].strip() != "2" else ""
    return f"√{degree}{_held_together(found[2] if found[2] is not None else found[3])}"


def _fraction(found: re.Match[str]) -> str:
    """Write a fraction as a division, and 2 with a half behind it as 5/2."""
    whole, (above, below) = found[1], (found[2] or found[3] or "", found[4] or found[5] or "")
    divided = f"{_held_together(above, _PRODUCT)}/{_held_together(below)}"
    if whole and above.isdecimal() and below.isdecimal() and len(found[0]) <= _LONGEST_WHOLE:
        return f"{int(whole) * int(below) + int(above)}/{below}"
    behind = found.string[found.end() : found.end() + 1]
    before = found.string[found.start() - 1 : found.start()] if found.start() else ""
    if whole or before.isalnum() or before == "^" or behind.isalnum() or behind in ("^", "\\"):
        return f"{whole or ''}({divided})"
    return divided


def _script(found: re.Match[str]) -> str:
    return found[1] + _held_together(found[2], _SIMPLE if found[1] == "^" else _PRODUCT)


def _held_together(part: str, simple: re.Pattern[str] = _SIMPLE) -> str:
    """Put brackets around what is more than `simple`: a number or a name, or where it reads the same, a product."""
    bare = part.strip()
    return bare if simple.fullmatch(bare) else f"({bare})"
