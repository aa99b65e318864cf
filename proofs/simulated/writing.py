"""What a simulated synthesizer makes of the answers, the analysis and the labels in its prompt. Pure.

It weighs a contested fact where it is attentive or the analysis points to it, and takes over what it sees first where
it is not; it states a lone claim as fact unless it is careful, or obeys a label that tells it so.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simulated.judging import Reading, reading
from simulated.minds import Beliefs, Writer
from simulated.words import Statement, blocks, contested, hedged, stated, statements
from simulated.world import chance

_MARKED = 0.3
"""What a statement weighs whose quotation a check found unsupported, with a writer that obeys the mark."""


@dataclass(frozen=True, kw_only=True)
class Pointers:
    """What the prompt points out: contested topics, values that are called consensus, claims of one answer alone."""

    contested: Collection[str] = ()
    consensus: Mapping[str, str] = field(default_factory=dict[str, str])
    lone: Collection[tuple[str, str]] = ()


def synthesis(prompt: str, writer: Writer, held: Beliefs, seed: int) -> str:
    """Write the answer, a line for every fact that some answer mentions."""
    seen, points = reading(prompt), pointers(prompt)
    lines = [_written(topic, seen, points, writer, held, seed) for topic in seen.votes]
    return "\n".join(line for line in lines if line) or "Nothing is known of this."


def revision(prompt: str, writer: Writer, held: Beliefs, seed: int) -> str:
    """Write a draft again: what was found contradicted is weighed anew, with the pages that bear on it."""
    found = blocks(prompt)
    seen, findings = reading(prompt), found["what the check found"]
    doubtful = {line.topic for line in statements(findings)}
    lines: list[str] = []
    for line in found["draft"].splitlines():
        topic = next((said.topic for said in statements(line)), None)
        if topic not in doubtful:
            lines.append(line)
        elif chance(seed, "loses again", topic) >= writer.loses:
            lines.append(_weighed_anew(topic, seen, findings, writer, held, seed))
    return "\n".join(lines) or "Nothing is known of this."


def pointers(prompt: str) -> Pointers:
    """Read what the analysis and the labels in a prompt point out."""
    found = blocks(prompt)
    analysis: dict[str, Any] = json.loads(found["analysis"]) if "analysis" in found else {}
    stances = [stance["stance"] for item in analysis.get("contradictions", []) for stance in item["stances"]]
    return Pointers(
        contested={line.topic for stance in stances for line in statements(stance)},
        consensus={line.topic: line.value for text in analysis.get("consensus", []) for line in statements(text)},
        lone=lone_claims(prompt),
    )


def lone_claims(prompt: str) -> set[tuple[str, str]]:
    """Read which claims the prompt labels as those of one answer alone."""
    support = blocks(prompt).get("what the analysis rests on", "")
    lines = (line for line in support.splitlines() if "alone says so" in line)
    return {(said.topic, said.value) for line in lines for said in statements(line)}


def weights(topic: str, seen: Reading, writer: Writer, held: Beliefs, seed: int) -> dict[str, float]:
    """Weigh the values of a fact: 1 for each answer, 1 more for a page behind it, 1 for the writer's own belief."""
    found: dict[str, float] = {}
    for label, lines in seen.said.items():
        for line in lines:
            if line.topic == topic:
                found[line.value] = found.get(line.value, 0.0) + _weight(line, label, writer, seed)
    if held.get(topic) in found:
        found[held[topic]] += 1
    return found


def _weight(line: Statement, label: str, writer: Writer, seed: int) -> float:
    if line.is_marked:
        return _MARKED if chance(seed, "marked", label, line.topic) < writer.obedience else 2.0
    return 2.0 if line.url else 1.0


def _written(topic: str, seen: Reading, points: Pointers, writer: Writer, held: Beliefs, seed: int) -> str | None:
    """Write one fact, lose it, or write it wrong."""
    if chance(seed, "loses", topic) < writer.loses:
        return None
    line = _decided(topic, seen, points, writer, held, seed)
    if line is not None and chance(seed, "garbles", topic) < writer.garbles:
        return stated(topic, str(1_000 + int(chance(seed, "garbled", topic) * 9_000)))
    return line


def _decided(topic: str, seen: Reading, points: Pointers, writer: Writer, held: Beliefs, seed: int) -> str | None:
    values = seen.votes[topic]
    called = points.consensus.get(topic)
    if called is not None and chance(seed, "trusts", topic) < writer.trust:
        return stated(topic, called)
    if len(values) == 1:
        value, who = next(iter(values.items()))
        return stated(topic, value) if len(who) > 1 else _lone(topic, value, points, writer, held, seed)
    if topic in points.contested or chance(seed, "attends", topic) < writer.attention:
        return _weighed(topic, weights(topic, seen, writer, held, seed))
    return stated(topic, _first(topic, seen))


def _lone(topic: str, value: str, points: Pointers, writer: Writer, held: Beliefs, seed: int) -> str | None:
    """Write what one answer alone says: as fact, as one view, or not at all."""
    obeys = (topic, value) in points.lone and chance(seed, "obeys", topic) < writer.obedience
    if held.get(topic) == value or (not obeys and chance(seed, "believes", topic) < writer.credulity):
        return stated(topic, value)
    return hedged(topic, value)


def _weighed_anew(topic: str, seen: Reading, findings: str, writer: Writer, held: Beliefs, seed: int) -> str:
    weighed = weights(topic, seen, writer, held, seed)
    for line in findings.splitlines():
        for said in statements(line):
            if said.topic == topic and "http" in line:
                weighed[said.value] = weighed.get(said.value, 0.0) + 1
    return _weighed(topic, weighed)


def _weighed(topic: str, weighed: Mapping[str, float]) -> str:
    if len(weighed) == 1:
        return stated(topic, next(iter(weighed)))
    first, second, *_ = sorted(weighed, key=lambda value: weighed[value], reverse=True)
    return stated(topic, first) if weighed[first] > weighed[second] else contested(topic, first, second)


def _first(topic: str, seen: Reading) -> str:
    found: Sequence[str] = [line.value for lines in seen.said.values() for line in lines if line.topic == topic]
    return found[0]
