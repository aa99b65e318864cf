"""A panel of three with its judge and its synthesizer, all of whom answer: where a test begins that lets one fail."""

from scripted.good import answers
from scripted.judging import judges
from scripted.provider import ScriptedProvider

MEMBERS = ("alpha", "beta", "gamma")


def trio_answers(
    provider: ScriptedProvider,
    says: str = "{Name} says Paris.",
    writes: str = "It is Paris.",
    *,
    usage: tuple[int, int] = (12, 34),
    cost: float | None = None,
) -> None:
    """Have each member say `says`, in which {name} or {Name} is its own, the judge agree and the synthesizer write.

    `cost` is what each call is billed at; `usage` are the tokens of a member's.
    """
    for name in MEMBERS:
        text = says.format(name=name, Name=name.title())
        provider.script(name, answers(text, usage=usage, cost=cost))
    provider.script("judge", judges(cost=cost))
    provider.script("writer", answers(writes, cost=cost))


def lengthy_trio_answers(provider: ScriptedProvider) -> None:
    """The same, with tokens enough for prices to show: 150 a member, and 1,100 for the synthesizer."""
    trio_answers(provider, usage=(100, 50))
    provider.script("writer", answers("It is Paris.", usage=(1000, 100)))
