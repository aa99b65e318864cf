"""What was paid twice: the provider's own records of calls, held against the moments at which a server was killed."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise

from scripted.calls import Call
from scripted.records import Record
from scripted.researchers import MEMBERS, SEARCH, TURNS, Step, step_of
from scripted.stages import PRICE
from scripted.web import PageRequest

ON_DISK_S = 0.1
"""A finished step is on disk this long after its last byte."""
MOST = 2
"""How often a call may be made whose reply was lost."""


def by_step(calls: Iterable[Call]) -> Mapping[str, Sequence[Call]]:
    """Every attempt at each step, in order."""
    found: dict[str, list[Call]] = defaultdict(list)
    for call in calls:
        found[str(step_of(call))].append(call)
    return found


def paid_twice(attempts: Mapping[str, Sequence[Record]], kills: Sequence[float]) -> Iterator[str]:
    """Say which call was made again though its reply must have been kept, though nothing happened, or too often."""
    for name, made in attempts.items():
        if len(made) > MOST:
            yield f"{name}: made {len(made)} times"
        for one, again in pairwise(made):
            between = [kill for kill in kills if one.started < kill < again.started]
            if not between:
                yield f"{name}: made again though no server died"
            elif is_kept(one, between[:1]):
                yield f"{name}: made again though its reply was kept"


def searched_twice(requests: Sequence[PageRequest], kills: Sequence[float]) -> Iterator[str]:
    """The same for searches, which may cost money, too."""
    searches = [request for request in requests if request.path == SEARCH]
    yield from paid_twice(
        {one.target: [each for each in searches if each.target == one.target] for one in searches}, kills
    )


def read_twice(requests: Sequence[PageRequest], calls: Sequence[Call], kills: Sequence[float]) -> Iterator[str]:
    """Say which page was read again though its member had gone on from it before the crash."""
    last = {name: [call for call in calls if step_of(call) == Step("panel", name, TURNS - 1)] for name in MEMBERS}
    for name, went_on in last.items():
        for again in [request.started for request in requests if request.path == f"/{name}"][1:]:
            if any(call.started < kill < again for call in went_on for kill in kills):
                yield f"the page of {name}: read again though its member had gone on"


def is_kept(record: Record, kills: Sequence[float]) -> bool:
    """Whether a reply came so long before the next crash that it must be on disk."""
    if not record.completed or record.ended is None:
        return False
    return not any(record.started < kill < record.ended + ON_DISK_S for kill in kills)


def bills(calls: Sequence[Call], kills: Sequence[float]) -> tuple[Decimal, Decimal]:
    """The least and the most that a result may say it has cost: all bills that were kept, and all that came."""
    price = Decimal(str(PRICE))
    kept = sum(is_kept(call, kills) for call in calls)
    return price * kept, price * sum(call.completed for call in calls)
