"""What is wrong with something a person or a calling model wrote, in our own sentences.

Pure. Reads TOML text and validates it against a pydantic shape; turns the validator's findings into one sentence per
fault, the field first. Never the validator's prose, and never a bad value itself: it may be long, hostile or a secret.
What the shapes are is said elsewhere (`config`, `presets.schema`, `request`).
"""

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from fusion_mcp.errors import ConfigError

Shape = TypeVar("Shape", bound=BaseModel)
Place = tuple[int | str, ...]

_MANY_KEYS = 14
_LONG_WORD = 40
_MOST_FAULTS = 10
_NO_HINTS: Mapping[str, str] = {}

_STEP = r"""(?:[A-Za-z0-9_-]++|"[^"\\\n]*+(?:\\[^\n][^"\\\n]*+)*+"|'[^'\n]*+')[ \t]*+"""
# Strings and comments are passed over whole, closed or not, so that their dots do not count and each is read once.
_DOTS = re.compile(
    r'''"""(?:[^"\\]++|\\[\s\S]|"(?!""))*(?:""")?'''
    r"""|'''(?:[^']++|'(?!''))*(?:''')?"""
    rf"|(?P<deep>(?:{_STEP}\.[ \t]*+){{32}})"
    r"""|"[^"\\\n]*+(?:\\[^\n][^"\\\n]*+)*+"?"""
    r"|'[^'\n]*+'?|#[^\n]*+|[A-Za-z0-9_-]++"
)
"""What a TOML text is made of, and in it a key of more than 32 dotted steps."""

_KINDS: Mapping[str, str] = {
    "string": "text",
    "int": "a whole number",
    "float": "a number",
    "decimal": "a number",
    "bool": "true or false",
    "list": "a list",
    "tuple": "a list",
    "set": "a list",
    "frozen_set": "a list",
    "dict": "a table of keys",
    "mapping": "a table of keys",
    "model": "a table of keys",
    "model_attributes": "a table of keys",
    "path": "a file's path",
}
"""What people call the things whose names begin the validator's `..._type` and `..._parsing` codes."""

_VALUES: tuple[tuple[type | UnionType, str], ...] = (
    (type(None), "nothing"),
    (bool, "true or false"),  # before int, of which bool is a subclass
    (int | float | Decimal, "a number"),
    (str, "text"),
    (Sequence, "a list"),  # after text, which is one too
    (Mapping, "a table of keys"),
)

_BOUNDS: Mapping[str, str] = {
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "too_short": "needs at least {min_length} (there: {actual_length})",
    "too_long": "takes at most {max_length} (there: {actual_length})",
    "string_too_short": "must not be empty",
    "string_too_long": "takes at most {max_length} characters",
    "missing": "is missing",
    "finite_number": "must be a finite number",
    "int_from_float": "expected a whole number",
    "string_unicode": "holds half a character; write whole ones",
}


def read_toml(text: str, where: str) -> dict[str, Any]:
    """Parse TOML, with fractions as Decimal. Raises ConfigError: `where: line 3, column 5: ...`."""
    if any(found["deep"] for found in _DOTS.finditer(text)):  # tomllib's time and memory are quadratic in the steps
        raise ConfigError(f"{where}: dotted keys are nested too deeply")
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{where}: {_syntax_fault(str(error))}") from None
    except (ValueError, ArithmeticError):
        raise ConfigError(f"{where}: a number has too many digits; write a shorter one") from None
    except RecursionError:
        raise ConfigError(f"{where}: brackets are nested too deeply") from None


def validate(shape: type[Shape], data: object, where: str, *, hints: Mapping[str, str] = _NO_HINTS) -> Shape:
    """Read `data` as `shape`. Raises ConfigError with one sentence per fault, each beginning with `where`."""
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        sentences = explain(error, shape=shape, hints=hints)
    raise ConfigError(*(f"{where}: {sentence}" for sentence in sentences))


def explain(
    error: ValidationError, *, shape: type[BaseModel] | None = None, hints: Mapping[str, str] = _NO_HINTS
) -> list[str]:
    """Say each fault in one sentence, its dotted field first; of very many only the first, and how many more.

    With `shape`, an unknown key gets the nearest valid one; an unknown or missing key in `hints` gets its hint.
    """
    faults = [fault for fault in error.errors(include_url=False) if fault["type"] != "default_factory_not_called"]
    unknown_first = sorted(faults, key=lambda fault: fault["type"] != "extra_forbidden")
    sentences: dict[str, None] = {}
    for number, fault in enumerate(unknown_first):
        if len(sentences) == _MOST_FAULTS:
            return [*sentences, f"and {len(faults) - number:,} more"]
        sentences[_sentence(fault, shape, hints)] = None
    return list(sentences)


def nearest(word: str, names: Iterable[str], *, most: int = 3) -> list[str]:
    """Name up to `most` of `names` that look like `word`, best first, whatever their case."""
    spelled = {name.casefold(): name for name in names}
    return [spelled[hit] for hit in difflib.get_close_matches(word.casefold()[:200], spelled, n=most, cutoff=0.6)]


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """Write "; did you mean 'x' or 'y'?", or nothing where no name is near."""
    near = nearest(word, names)
    return f"; did you mean {' or '.join(repr(name) for name in near)}?" if near else ""


def shown(word: str) -> str:
    """Make a name that somebody wrote fit to be shown: on one line, printable and short."""
    flat = "".join(letter if letter.isprintable() else "?" for letter in word[: _LONG_WORD + 1])
    return flat if len(flat) <= _LONG_WORD else flat[: _LONG_WORD - 1] + "…"


def _syntax_fault(complaint: str) -> str:
    """Put the place first: tomllib ends its sentence with "(at line 3, column 5)"."""
    found = re.fullmatch(r"(.*) \(at (.+)\)", complaint, re.DOTALL)
    sentence, place = (found[1], found[2]) if found else (complaint, "")
    return f"{place}: {sentence}" if place else sentence


def _sentence(fault: ErrorDetails, shape: type[BaseModel] | None, hints: Mapping[str, str]) -> str:
    place = tuple(step for step in fault["loc"] if step != "[key]")
    if fault["type"] == "extra_forbidden":
        return _prefixed(place[:-1], _unknown_key(str(place[-1]), _keys_at(shape, place[:-1]), hints))
    advice = f"; {hints[str(place[-1])]}" if fault["type"] == "missing" and place[-1] in hints else ""
    return _prefixed(place, _complaint(fault) + advice)


def _prefixed(place: Place, sentence: str) -> str:
    field = ""
    for step in place:
        field += f" #{step + 1}" if isinstance(step, int) else f"{'.' if field else ''}{shown(step)}"
    return f"{field}: {sentence}" if field else sentence


def _unknown_key(key: str, valid: tuple[str, ...], hints: Mapping[str, str]) -> str:
    advice = f"; {hints[key]}" if key in hints else did_you_mean(key, valid)
    if not advice and valid and len(valid) <= _MANY_KEYS:
        advice = f"; the keys here are {', '.join(valid)}"
    return f"unknown key '{shown(key)}'{advice}"


def _complaint(fault: ErrorDetails) -> str:
    code, context = fault["type"], fault.get("ctx", {})
    if code == "value_error":  # raised by a validator of ours, so its sentence is ours
        return str(context["error"])
    if code in _BOUNDS:
        return _BOUNDS[code].format_map(context)
    if code == "literal_error":
        return _not_among(fault["input"], str(context["expected"]))
    kind = _KINDS.get(re.sub(r"_(type|parsing|parsing_size)$", "", code))
    if kind is None:
        return "has a value that does not fit here"
    found = kind_of(fault["input"])
    return f"expected {kind}, got {found}" if found != kind else "is too large"


def _not_among(value: object, expected: str) -> str:
    near = did_you_mean(value, re.findall(r"'([^']*)'", expected)) if isinstance(value, str) else ""
    return f"expected {expected}{near}"


def kind_of(value: object) -> str:
    """Call a value by what people call it, without showing it."""
    return next((kind for types, kind in _VALUES if isinstance(value, types)), "something else")


def _keys_at(shape: type[BaseModel] | None, place: Place) -> tuple[str, ...]:
    """Walk the shape's annotations to the table at `place`, and name its keys."""
    here: object = shape
    for step in place:
        model = _model_in(here)
        if model is not None and isinstance(step, str) and step in model.model_fields:
            here = model.model_fields[step].annotation
        else:
            here = _item_of(here)
    model = _model_in(here)
    return tuple(key for key, field in model.model_fields.items() if field.init is not False) if model else ()


def _alternatives(annotation: object) -> tuple[object, ...]:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _alternatives(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return tuple(part for arg in get_args(annotation) for part in _alternatives(arg))
    return (annotation,)


def _model_in(annotation: object) -> type[BaseModel] | None:
    models = (part for part in _alternatives(annotation) if isinstance(part, type) and issubclass(part, BaseModel))
    return next(models, None)


def _item_of(annotation: object) -> object:
    """Find what a list, tuple or dict holds."""
    for part in _alternatives(annotation):
        args = [arg for arg in get_args(part) if arg is not Ellipsis]
        if args:
            return args[-1]
    return None
