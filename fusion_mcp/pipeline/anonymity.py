"""Law 4, pure: answers reach the judge under labels, shuffled, without telling who wrote them.

Names are put back afterwards.
"""

import random
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import ascii_uppercase

from fusion_mcp.types import MemberAnswer, ModelRef

_LABEL_WORDS = r"(?:response|answer|model|member|candidate|panelist|expert|assistant)"
_REDACTED = "[the author]"
_TELLING = 4
"""Letters that a name must have before it is taken out wherever it stands."""


@dataclass(frozen=True, kw_only=True)
class LabelledAnswer:
    """An answer as the judge sees it. `seat` is for putting the name back and is never shown."""

    label: str
    seat: str
    content: str


def label_answers(
    answers: Sequence[MemberAnswer], models: Sequence[ModelRef], seed: int, asked: str
) -> tuple[LabelledAnswer, ...]:
    """Shuffle by `seed`, label A, B, C, and take out who wrote what.

    `models` are all that may have answered. A name that stands in what was `asked` stays: there it is the topic.
    """
    shuffled = list(answers)
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - an order that can be repeated, not a secret
    return tuple(
        LabelledAnswer(
            label=f"Response {letter}", seat=answer.seat, content=without_identity(answer.content, models, asked)
        )
        for letter, answer in zip(ascii_uppercase, shuffled, strict=False)
    )


def without_identity(text: str, models: Sequence[ModelRef] = (), asked: str = "") -> str:
    """Take out what a model says about being itself, and the models' telling names wherever they stand."""
    bare_names = [model.model.lstrip("~").rpartition("/")[2] for model in models]
    for frame in (*_family_frames(), *(_frames(bare_names) if bare_names else ())):
        text = frame.sub(lambda found: f"{found['frame']}{_REDACTED}", text)
    for name in _telling_names(models, asked.lower()):
        text = re.sub(rf"(?<![\w/~-]){re.escape(name)}(?![\w/-])", _REDACTED, text, flags=re.IGNORECASE)
    return text


def read_label(text: str, labelled: Sequence[LabelledAnswer]) -> LabelledAnswer | None:
    """Find the answer that a judge means by a label: 'Response B', 'response b', 'B' and '2' are the same."""
    found = re.fullmatch(rf"\W*(?:{_LABEL_WORDS}\W*)?([A-H]|[1-8])\W*", text.strip(), re.IGNORECASE)
    if found is None:
        return None
    token = found[1].upper()
    position = int(token) - 1 if token.isdigit() else ascii_uppercase.index(token)
    return labelled[position] if position < len(labelled) else None


def restore_names(text: str, labelled: Sequence[LabelledAnswer]) -> str:
    """Write the members' names where a judge or synthesizer wrote 'Response B' in its prose."""
    seats = {answer.label[-1]: answer.seat for answer in labelled}
    return re.sub(r"\bResponse ([A-H])\b", lambda found: seats.get(found[1], found[0]), text)


def _telling_names(models: Sequence[ModelRef], asked: str) -> list[str]:
    """Names that can only mean the model: its whole reference, and its own name unless that may be an everyday word."""
    names = {str(model) for model in models}
    for model in models:
        bare = model.model.lstrip("~")
        names |= {
            name for name in (bare, bare.rpartition("/")[2]) if re.search(r"[\d/-]", name) and len(name) >= _TELLING
        }
    return sorted((name for name in names if name.lower() not in asked), key=len, reverse=True)


@cache
def _family_frames() -> tuple[re.Pattern[str], ...]:
    data = tomllib.loads(files("fusion_mcp.pipeline").joinpath("families.toml").read_text(encoding="utf-8"))
    makers = "|".join(map(re.escape, data["makers"]))
    made = r"(?:made|trained|built|created|developed|designed|provided)\s+by"
    by_maker = rf"(?P<frame>\b(?:I\s+was|I\s+am|I['’]m|(?:model|assistant))\b[^.\n]{{0,60}}?\b{made}\s+)(?:{makers})\b"
    return (*_frames(data["families"]), re.compile(by_maker, re.IGNORECASE))


def _frames(names: Sequence[str]) -> tuple[re.Pattern[str], ...]:
    """First-person phrases around a name, with whatever version follows it."""
    version = r"v?\d[\w.-]*|pro|flash|mini|max|ultra|turbo|opus|sonnet|haiku"
    name = rf"(?:{'|'.join(map(re.escape, names))})\b(?:[-\s](?:{version})\b)*"
    kind = r"(?:an?\s+|the\s+)?(?:(?:large\s+|AI\s+|language\s+)*(?:model|assistant),?\s+)?(?:called\s+|named\s+)?"
    return (
        re.compile(rf"(?P<frame>\b(?:I\s+am|I['’]m|my\s+name\s+is|call\s+me)\s+{kind}){name}", re.IGNORECASE),
        re.compile(rf"(?P<frame>\bas\s+{kind}){name}(?=\s*,)", re.IGNORECASE),
    )
