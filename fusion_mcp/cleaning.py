"""Takes out of a text whatever a reader cannot see but a terminal or a model would obey. Pure.

Every string that leaves passes here: results, progress, errors; and every answer before the next stage reads it. Links
and images are `presentation`'s.
"""

import re
from collections.abc import Iterable, Sequence

_STRING = r"[^\x00-\x1f\x7f-\x9f]*+"  # what an escape string holds; it ends at the latest where its line does

_HALVES = re.compile(r"[\ud800-\udfff]")

_JOINED = (
    r"\u0590-\u1cff\u2d30-\u2d7f\ua800-\uabff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00011fff\U0001e900-\U0001efff"
    r"\u2190-\u2bff\ufe0f\U0001f000-\U0001faff"
)
"""Scripts that joiners shape, and emoji, which they put together; behind anything else they only hide something."""

# Possessive throughout, so that the time stays linear whatever the text. ECMA-48 gives the shapes of the sequences.
_INVISIBLE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*+[ -/]*+[@-~]?"  # CSI: colours, cursor
    rf"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f]){_STRING}(?:\x07|\x1b\\|\x9c)"  # OSC, DCS, SOS, PM, APC
    r"|\x1b[ -/]*+[0-~]?"  # every other escape
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f]"  # C0 and C1 but tab and newline
    # Bidirectional controls: a person would see another order than a model reads (CVE-2021-42574).
    r"|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
    r"|[\u200b\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb]"  # zero width, joining nothing
    rf"|(?:(?<![{_JOINED}])|(?<=[\u061c\u115f\u1160]))[\u200c\u200d]++"  # behind what goes, too
    r"|[\u115f\u1160\u3164\uffa0]"  # fillers, which look like nothing
    r"|(?<=[\ufe00-\ufe0f\U000e0100-\U000e01ef])[\ufe00-\ufe0f\U000e0100-\U000e01ef]++"  # selectors that select nothing
    r"|[\ud800-\udfff]"  # halves of a pair, which no encoding takes
    r"|[\U000e0000-\U000e007f]"  # tags, which spell ASCII that models read and nobody sees
)
_PLAIN = bytes(range(0x20, 0x7F)) + b"\n\t"
"""All of ASCII that stays."""
_RETURNS = re.compile(r"\r+\n?")
_PRINTABLE = re.compile("[\u115f\u1160\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""What may have to go although it counts as printable: everything else that `_INVISIBLE` takes out does not."""


def clean(text: str) -> str:
    """Drop controls, escape sequences, bidirectional controls, tags and zero-width marks.

    Accents stay, and joiners where a script needs them. A line ends in a newline alone. Cleaning twice changes nothing
    more.
    """
    # Nearly every text is seen to be clean at a glance; the patterns take fifty times as long.
    if text.isascii():
        if text.isprintable() or not text.encode().translate(None, _PLAIN):
            return text
    elif text.replace("\n", "").replace("\t", "").isprintable() and not _PRINTABLE.search(text):
        return text
    return _INVISIBLE.sub("", _RETURNS.sub("\n", text))


def one_line(text: str, limit: int) -> str:
    """Clean `text`, put it on one line, and cut it to at most `limit` characters, with an ellipsis where it was cut."""
    # No more than this can be needed; the rest of a long text is not worth folding.
    folded = " ".join(clean(text[: 8 * limit + 1000]).split())
    return folded if len(folded) <= limit else folded[: max(limit - 1, 0)].rstrip() + "…"


def as_code(text: str, limit: int | None = None) -> str:
    """Show a name or an address as code in Markdown, where nothing means anything; a `limit` makes it one line."""
    shown = text if limit is None else one_line(text, limit)
    return f"`{shown.replace('`', chr(39))}`"


def listed(names: Sequence[str], most: int) -> str:
    """Put the first `most` names in a row, and say how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def as_codes(names: Iterable[str]) -> str:
    """Put names in a row, each shown as code in Markdown."""
    return ", ".join(as_code(name) for name in names)


def with_whole_characters(text: str) -> str:
    """Replace halves of characters, which clients and models leave that cut a text in the middle of one."""
    try:
        text.encode()  # most texts have none: the pattern takes far longer to see that
    except UnicodeEncodeError:
        return _HALVES.sub("\ufffd", text)
    return text
