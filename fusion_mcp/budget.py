"""What a run may spend, and what of that is whose. Pure."""

from collections.abc import Mapping
from dataclasses import field
from decimal import Decimal
from typing import get_args

from fusion_mcp.codes import Stage
from fusion_mcp.values import value, worked_out

_STAGES: tuple[Stage, ...] = get_args(Stage)
_NOTHING = Decimal(0)


@value
class Budget:
    """What a run may spend, in USD: in all, what of it is kept for later stages, and each seat's share of the rest.

    `output_tokens` is what a member may write in one call where its preset does not say.
    """

    limit_usd: Decimal
    output_tokens: int | None = None
    aside_usd: Mapping[Stage, Decimal] = field(default_factory=dict[Stage, Decimal])
    seats_usd: Mapping[str, Decimal] = field(default_factory=dict[str, Decimal])

    def kept_from(self, stage: Stage) -> Decimal:
        """What `stage` must leave for those that come after it."""
        return self._kept[stage]

    @worked_out
    def _kept(self) -> Mapping[Stage, Decimal]:
        aside = [self.aside_usd.get(stage, _NOTHING) for stage in _STAGES]
        return {stage: sum(aside[index + 1 :], start=_NOTHING) for index, stage in enumerate(_STAGES)}
