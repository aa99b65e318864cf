"""Who checks, against what, and until when: what every step of a check has before it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from fusion_mcp.pipeline.desk import Desk
from fusion_mcp.pipeline.judging.anonymity import LabelledAnswer
from fusion_mcp.pipeline.verification.claims.said import Said
from fusion_mcp.pipeline.verification.evidence.excerpts import Window, windows_of
from fusion_mcp.pipeline.verification.evidence.exhibits import Exhibit, exhibits
from fusion_mcp.presets.schema import Role
from fusion_mcp.types import ModelRef, Page


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What a check goes by. `exhibits` are the answers and pages, `windows` pieces of the pages.

    `asked` is what the person wrote; `by` whoever verified before.
    """

    desk: Desk
    verifier: Role
    labelled: Sequence[LabelledAnswer]
    exhibits: Sequence[Exhibit]
    windows: Sequence[Window]
    asked: Said = field(repr=False)
    deadline: float
    by: ModelRef | None = None


def bench_for(
    desk: Desk, verifier: Role, labelled: Sequence[LabelledAnswer], pages: Sequence[Page], deadline: float
) -> Bench:
    """Make everything ready, once for all texts that are checked. Slow where there is much to read."""
    row = exhibits(labelled, pages, desk.run.named)
    return Bench(
        desk=desk,
        verifier=verifier,
        labelled=labelled,
        exhibits=row,
        windows=windows_of(row),
        asked=Said(desk.run.asked),
        deadline=deadline,
    )
