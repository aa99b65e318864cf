"""What is simulated: the panels and their conditions, and the mechanisms that each is tried with and without.

Values only. The assumptions that all of them share are the defaults in `simulated.minds`.
"""

from dataclasses import dataclass, field, replace

from simulated.minds import Checker, Judge, Member, Writer

PANEL = 3
RHO = 0.42
"""How often members share their luck on a fact: two that are both wrong then say the same in 60 % of all cases, which
is what arXiv 2506.07962 found with real models."""
HONEST = Member()
PATCHY = Member(coverage=0.45)
SURE = Member(coverage=1.0)
LIES = 0.6
LIAR = Member(accuracy=1.0, coverage=1.0, lies=LIES, padding=4)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A panel and its conditions.

    `rho`: that members share their luck on a fact; `covered`: the share of facts on each true page, 0 for no web;
    `poisoned`: the share on the poisoned one, which is read by whoever obeys pages. `tries_obedience`: degrees of that
    are tried. A scene of few `facts` is played in so many `times` more worlds.
    """

    name: str
    members: tuple[Member, ...] = (HONEST,) * PANEL
    facts: int = 10
    times: int = 1
    rho: float = RHO
    is_self: bool = False
    covered: float = 0.0
    poisoned: float = 0.0
    judge: Judge = field(default_factory=Judge)
    writer: Writer = field(default_factory=Writer)
    checker: Checker = field(default_factory=Checker)
    tries_obedience: bool = False

    @property
    def calls_of_member(self) -> int:
        """How many calls a member takes: one that reads a page is called once more."""
        return 2 if self.covered else 1

    def with_more(self, number: int) -> "Scene":
        """Seat so many more like the first member, who is honest unless all are bad."""
        return replace(self, members=(*self.members, *(self.members[0],) * number))


@dataclass(frozen=True, kw_only=True)
class Mechanism:
    """What a preset switches on. `obedience` 0 stands for prompts without labels: nobody does as they say.

    `more`: so many further honest members, which is the other thing that calls could be spent on. `is_unread`: the
    answer's text counts as it stands, as if nobody read what the result says about its claims.
    """

    name: str
    obedience: float = 0.7
    verifier: bool = False
    second: bool = False
    gate: bool = False
    select: bool = False
    more: int = 0
    is_unread: bool = False


NOTHING = Mechanism(name="nothing", obedience=0.0)
LABELS = Mechanism(name="labels")
MORE = Mechanism(name="two more members", more=2)
VERIFIER = Mechanism(name="verifier", verifier=True)
SECOND = Mechanism(name="verifier, second judge", verifier=True, second=True)
ALL = Mechanism(name="all", verifier=True, second=True, gate=True)
MECHANISMS = (
    NOTHING,
    LABELS,
    MORE,
    Mechanism(name="select", select=True),
    Mechanism(name="gate", gate=True),
    VERIFIER,
    replace(VERIFIER, name="verifier, warnings unread", is_unread=True),
    SECOND,
    ALL,
)


def sizes() -> tuple[Scene, ...]:
    """Honest panels of several sizes, and one model several times."""
    panels = tuple(Scene(name=f"{number} honest", members=(HONEST,) * number) for number in (1, 2, 3, 5, 8))
    same = tuple(
        Scene(name=f"one model {number} times", members=(HONEST,) * number, rho=0.7, is_self=True) for number in (3, 5)
    )
    return (*panels, *same)


def scenes(liars: int, lies: float = LIES) -> tuple[Scene, ...]:
    """Panels of three under every condition; where there are liars, so many, who lie about such a share of facts."""
    liar = replace(LIAR, lies=lies)
    sourced, shared = replace(liar, has_sources=True), replace(liar, is_shared=True)
    lazy, first = Judge(is_lazy=True), Judge(position=1.0)
    return (
        Scene(name="honest panel"),
        Scene(name="honest panel, web", covered=0.4),
        Scene(name=_named("liar", liars), members=_with(liar, liars), tries_obedience=True),
        Scene(name=_named("liar", liars) + " with made-up sources", members=_with(sourced, liars)),
        Scene(name=_named("liar", liars) + " of popular errors", members=_with(shared, liars)),
        Scene(name=_named("liar", liars) + ", web", members=_with(liar, liars), covered=0.4),
        Scene(name="patchy panel", members=(PATCHY,) * PANEL, tries_obedience=True),
        Scene(name=f"patchy panel, {_named('liar', liars)}", members=_with(liar, liars, PATCHY), tries_obedience=True),
        Scene(name="closed question", members=(SURE,) * PANEL, facts=1, times=4),
        Scene(name=f"closed question, {_named('liar', liars)}", members=_with(liar, liars, SURE), facts=1, times=4),
        Scene(
            name="one injected member",
            members=_with(Member(obeys_pages=True), 1),
            covered=0.4,
            poisoned=0.6,
            tries_obedience=True,
        ),
        Scene(name="lazy judge", judge=lazy),
        Scene(name="lazy judge, " + _named("liar", liars), members=_with(liar, liars), judge=lazy),
        Scene(name="judge prefers the first", judge=first),
        Scene(
            name="judge prefers long answers, " + _named("liar", liars),
            members=_with(liar, liars),
            judge=Judge(verbosity=0.5),
        ),
        Scene(name="correlated panel", rho=0.75),
        Scene(name="one weak member", members=_with(Member(accuracy=0.4), 1)),
        Scene(name="bad synthesizer", writer=Writer(attention=0.2, credulity=1.0, loses=0.2, garbles=0.12)),
        Scene(
            name="credulous synthesizer, " + _named("liar", liars),
            members=_with(liar, liars),
            writer=Writer(credulity=1.0),
            tries_obedience=True,
        ),
        Scene(name="careless verifier", checker=Checker(finds=0.6, invents=0.3, misreads=0.2)),
    )


def _with(other: Member, number: int, honest: Member = HONEST) -> tuple[Member, ...]:
    """Seat so many others at the end of an honest panel of three."""
    bad = min(number, PANEL)
    return (honest,) * (PANEL - bad) + (other,) * bad


def _named(word: str, number: int) -> str:
    return f"{number} {word}{'' if number == 1 else 's'} of {PANEL}"
