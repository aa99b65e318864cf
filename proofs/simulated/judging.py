"""What a simulated judge makes of the answers in its prompt: the analysis, and whom it prefers. Pure.

It reads the real prompt and knows of the world only what it believes.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulated.minds import Beliefs, Judge, off
from simulated.words import Statement, blocks, stated, statements
from simulated.world import chance

_WRONG, _OPEN = 0.5, 0.25
"""What a statement takes from an answer that more speaks against than for, and adds where as much does."""
_CLEARLY = 3.0
"""How many facts an answer must be ahead to be called clearly better."""

Votes = Mapping[str, Mapping[str, Sequence[str]]]
"""Who says what: labels by value by topic."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Labelled answers as a model reads them in a prompt: in their order, each with its statements."""

    texts: Mapping[str, str]
    said: Mapping[str, Sequence[Statement]]

    @property
    def votes(self) -> Votes:
        """Who says what of every fact that somebody mentions."""
        found: dict[str, dict[str, list[str]]] = {}
        for label, lines in self.said.items():
            for line in lines:
                found.setdefault(line.topic, {}).setdefault(line.value, []).append(label)
        return found


def reading(prompt: str) -> Reading:
    """Read the labelled answers of a prompt."""
    texts = {name: text for name, text in blocks(prompt).items() if _is_label(name)}
    return Reading(texts=texts, said={label: statements(text) for label, text in texts.items()})


def judgement(prompt: str, judge: Judge, held: Beliefs, seed: int, *, must_prefer: bool) -> str:
    """Write the analysis as JSON, and which answer the judge prefers; it may leave that open unless it must say."""
    seen = reading(prompt)
    found = _lazy(seen) if judge.is_lazy else _analysis(seen, judge, seed)
    return json.dumps(found | {"preferred": preferred(seen, judge, held, seed, must_prefer=must_prefer)})


def preferred(seen: Reading, judge: Judge, held: Beliefs, seed: int, *, must_prefer: bool) -> str | None:
    """Name the answer that a judge holds for the best, if it must or if that is clearly ahead."""
    labels = list(seen.texts)
    if judge.is_lazy or chance(seed, "judge", "position") < judge.position:
        return labels[0]
    worths = {label: worth(seen, label, judge, held, seed) for label in labels}
    first, second, *_ = sorted(labels, key=lambda label: worths[label], reverse=True)
    return first if must_prefer or worths[first] - worths[second] >= _CLEARLY else None


def worth(seen: Reading, label: str, judge: Judge, held: Beliefs, seed: int) -> float:
    """Estimate how many facts an answer has right, by what the others say and by what the judge believes."""
    votes, text = seen.votes, seen.texts[label]
    points = 0.0
    for line in seen.said[label]:
        agree = len(votes[line.topic][line.value]) - 1 + (held.get(line.topic) == line.value)
        against = sum(len(who) for value, who in votes[line.topic].items() if value != line.value)
        against += held.get(line.topic) not in (None, line.value)
        points += 1.0 if agree > against else -_WRONG if agree < against else _OPEN
    points += judge.noise * off(len(seen.said[label]), seed, "worth", text)
    return points + judge.verbosity * len(text.splitlines())


def _lazy(seen: Reading) -> dict[str, Any]:
    first = next(iter(seen.said.values()), ())
    return _lists(consensus=[stated(line.topic, line.value) for line in first])


def _analysis(seen: Reading, judge: Judge, seed: int) -> dict[str, Any]:
    found = _lists()
    everybody = len(seen.said)
    for topic, values in seen.votes.items():
        is_noticed = chance(seed, "judge", topic, "notices") < judge.attention
        if len(values) > 1 and is_noticed:
            found["contradictions"].append(_contradiction(topic, values))
            continue
        counted = Counter({value: len(who) for value, who in values.items()})
        value, number = counted.most_common(1)[0]
        who = list(values[value])
        if number == everybody:
            found["consensus"].append(stated(topic, value))
        elif number > 1:
            found["partial_coverage"].append({"models": who, "point": stated(topic, value)})
        elif is_noticed:
            found["unique_insights"].append({"model": who[0], "insight": stated(topic, value)})
    return found


def _contradiction(topic: str, values: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    stances = [{"model": label, "stance": stated(topic, value)} for value, who in values.items() for label in who]
    return {"topic": f"the {topic}", "stances": stances}


def _lists(**given: list[Any]) -> dict[str, Any]:
    names = ("consensus", "contradictions", "partial_coverage", "unique_insights", "blind_spots")
    return {name: given.get(name, []) for name in names}


def _is_label(name: str) -> bool:
    words = name.split()
    return len(words) == 2 and len(words[1]) == 1 and words[1].isupper()  # noqa: PLR2004 - as in "Response A"
