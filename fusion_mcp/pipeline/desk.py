"""What the stages of one run work with, beside the run itself: models, web, money, its steps and whoever watches."""

from dataclasses import field

from fusion_mcp.codes import Stage
from fusion_mcp.ledger import Ledger
from fusion_mcp.pipeline.keeping import step_name
from fusion_mcp.pipeline.run import Run
from fusion_mcp.protocols import ChatModels, OnProgress, Progress, State, Steps, Toolbox
from fusion_mcp.types import ModelRef, ModelTraits
from fusion_mcp.values import value


@value
class Desk:
    """What the stages of one run work with, which is to be over by `deadline`, on the event loop's clock.

    `taken` counts the steps of each kind that this life of the run has come to; `cut_short` names the seats whose
    research ended for want of money.
    """

    run: Run
    deadline: float
    models: ChatModels
    toolbox: Toolbox
    on_progress: OnProgress
    ledger: Ledger
    steps: Steps
    taken: dict[str, int] = field(default_factory=dict, init=False)
    cut_short: list[str] = field(default_factory=list, init=False)
    _traits: dict[ModelRef, ModelTraits] = field(default_factory=dict, init=False)

    def next_step(self, *names: str) -> str:
        """Name the next step of this kind: the same in every life of the run, since its course is the same."""
        kind = step_name(*names)
        number = self.taken[kind] = self.taken.get(kind, 0) + 1
        return step_name(kind, str(number))

    def is_kept(self, *names: str) -> bool:
        """Whether the next step of this kind was finished in an earlier life of the run."""
        kind = step_name(*names)
        return self.steps.kept(step_name(kind, str(self.taken.get(kind, 0) + 1))) is not None

    def traits(self, model: ModelRef) -> ModelTraits:
        """Say what a stage must know of a model, as it was when this life of the run first asked."""
        known = self._traits.get(model)
        if known is None:
            known = self._traits[model] = self.models.traits(model)
        return known

    def tell(self, stage: Stage, state: State, who: str, detail: str = "") -> None:
        """Report one thing that happened."""
        self.on_progress(Progress(stage=stage, state=state, who=who, detail=detail))
