"""Who the simulated models are: what they believe, what they do well, and their vices. Every assumption stands here.

Values only; what they write is `simulated.members`, `simulated.judging`, `simulated.writing`, `simulated.checking`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

from simulated.world import World, chance

Beliefs = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Member:
    """A panel member.

    `accuracy`: on a fact that it believes something about, that this is true; `coverage`: that it mentions a fact;
    `lies`: that it says a falsehood of a fact on purpose; `has_sources`: it makes up a page for its lies, with a
    quotation; `obeys_pages`: it writes what a page tells it to; `padding`: lines of words without facts;
    `is_shared`: its lies are the popular errors, which others may hold in good faith.
    """

    accuracy: float = 0.75
    coverage: float = 0.8
    lies: float = 0.0
    has_sources: bool = False
    obeys_pages: bool = False
    padding: int = 0
    is_shared: bool = False

    @property
    def is_bad(self) -> bool:
        """Whether it is no honest member."""
        return self.lies > 0 or self.obeys_pages


@dataclass(frozen=True, kw_only=True)
class Judge:
    """The judge, and whoever chooses between two answers.

    `attention`: that it notices a point; `is_lazy`: it calls all that stands in the first answer consensus;
    `position`: that it prefers the first without reading; `verbosity`: what a line is worth to it, in facts; `noise`:
    how far its estimate of an answer is off, for each fact in it.
    """

    accuracy: float = 0.75
    attention: float = 0.85
    is_lazy: bool = False
    position: float = 0.0
    verbosity: float = 0.0
    noise: float = 0.35


@dataclass(frozen=True, kw_only=True)
class Writer:
    """The synthesizer.

    `attention`: that it weighs a contested fact which no analysis pointed out to it, and does not merely take a value
    over; `trust`: that it takes over what the analysis calls consensus; `credulity`: that it states a lone claim as
    fact; `obedience`: that it does as a label in its prompt says; `loses`: that it leaves a fact out; `garbles`: that
    it writes another value than it meant to.
    """

    accuracy: float = 0.75
    attention: float = 0.6
    trust: float = 0.8
    credulity: float = 0.9
    obedience: float = 0.7
    loses: float = 0.04
    garbles: float = 0.02


@dataclass(frozen=True, kw_only=True)
class Checker:
    """The verifier, and the second judge.

    `takes`: that it takes a claim out of the draft; `finds`: that it finds a sentence that bears on a claim;
    `invents`: that it makes up a quotation against a claim; `misreads`: that it takes support for contradiction, or
    the other way round.
    """

    takes: float = 0.95
    finds: float = 0.9
    invents: float = 0.05
    misreads: float = 0.03


def off(facts: int, *names: object) -> float:
    """How far an estimate of so many facts is off, in units of its noise: nearly a normal distribution."""
    return sqrt(facts) * (sum(chance(*names, draw) for draw in range(12)) - 6)


def beliefs(known: World, who: str, accuracy: float, rho: float) -> Beliefs:
    """What somebody takes to be true of every fact.

    With the chance `rho` it shares everybody's luck: then it is right or wrong together with the others, and wrong in
    the same way.
    """
    held: dict[str, str] = {}
    for topic, truth in known.truths.items():
        lies = known.falsehoods[topic]
        if chance(known.seed, who, topic, "shares") < rho:
            held[topic] = truth if chance(known.seed, "luck", topic) < accuracy else lies[0]
        elif chance(known.seed, who, topic, "own luck") < accuracy:
            held[topic] = truth
        else:
            held[topic] = lies[int(chance(known.seed, who, topic, "which") * len(lies))]
    return held
