"""What a parent and its child say to each other, and what a child's end means. Pure; the process is `process.py`."""

import json
import re
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

_MOST_WORDS = 200
_LOG_PREFIX = re.compile(r"^[\d.]+ [A-Z] +")
_MEANING = {
    "SIGKILL": "the system ended it, as it does when memory runs out",
    "SIGILL": "this processor lacks instructions that the prebuilt runtime needs",
}

# Threads that spin while they wait are several times slower on a busy machine, and sleeping ones hardly on an idle one.
_PATIENT_THREADS = {"OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "0"}


@dataclass(frozen=True, kw_only=True)
class Launch:
    """What a child is told: which file to serve, and how."""

    path: str
    alias: str
    slots: int
    context_tokens: int
    threads: int
    api_key: str = field(repr=False)

    def line(self) -> bytes:
        """Write it as the one line of JSON that the child reads."""
        return json.dumps(vars(self)).encode() + b"\n"


class Answer(BaseModel):
    """The child's one line: where it listens, or why it cannot."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str | None = None
    error: str | None = None

    @classmethod
    def read(cls, line: bytes) -> Self | None:
        """Read the line; None when it is something else."""
        try:
            return cls.model_validate_json(line)
        except ValidationError:
            return None


def environ_of(environ: Mapping[str, str]) -> dict[str, str]:
    """Add to an environment what makes a child a good neighbour."""
    return {**environ, **_PATIENT_THREADS}


def threads_for(cores: int) -> int:
    """Choose how many threads generate: one core stays free where there are more than two; beyond eight none helps."""
    return max(1, min(8, cores if cores <= 2 else cores - 1))  # noqa: PLR2004  # of two, giving one away halves the speed


def why_it_ended(returncode: int | None, complaints: Sequence[str], answer: Answer | None) -> str:
    """Say in half a sentence why a child ended: the system's reason, else its first complaint, else its error."""
    if returncode is not None and returncode < 0:
        name = _signal_name(-returncode)
        return _MEANING.get(name, f"it was ended by {name}")
    if complaints:
        return "llama.cpp says: " + _plain(_LOG_PREFIX.sub("", complaints[0]))
    if answer is not None and answer.error:
        return _plain(answer.error)
    return f"it ended with status {returncode}"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _plain(words: str) -> str:
    """Keep what can be printed: a broken file may hold anything, and is quoted."""
    return "".join(sign for sign in words if sign.isprintable())[:_MOST_WORDS]
