"""When two questions are the same run. Pure."""

import hashlib
import json
import unicodedata

from fusion_mcp.guard.nonce import without_marks
from fusion_mcp.pipeline.run import Run

_BEFORE_WORDS = "\"'([{*_`“”„‘’«»¿¡"
_AFTER_WORDS = "\"')]}*_`“”‘’«».,;:!?…"


def identity(run: Run) -> str:
    """Name what a run is about: question, context, what the preset does and limits, and nothing of how it is shown.

    Whoever may read the data folder is one user: it is this user's questions that are compared.
    """
    parts = (
        run.kind,
        run.question,
        run.context,
        run.preset.deeds,
        run.deadline_s,
        str(run.limit_usd),
        run.web,
        [list(map(list, run.domains.allowed)), list(run.domains.excluded)],
        run.is_single,
        run.is_plain,
        list(run.withheld),
        run.sample,
    )
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def likeness(run: Run) -> str:
    """Name what a run asks, however prose is set: in another case, with other spaces and marks around its words.

    A context, and a question of several lines, may be code: there every sign counts. Kind, preset and limits are no
    part of it: who hands a question back from below need not know them.
    """
    question, context = (without_marks(text).strip() for text in (run.question, run.context or ""))
    parts = (question if "\n" in question else _words(question), context)
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _words(text: str) -> str:
    """Give a text's words, small, without what prose and Markdown set around them: a sign within or alone may count."""
    words = unicodedata.normalize("NFC", text).casefold().split()
    return " ".join(word.lstrip(_BEFORE_WORDS).rstrip(_AFTER_WORDS) or word for word in words)
