"""A preset as people and clients are shown it, pure.

Resolved where it depends on what is there, broken ones with their error.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal

from fusion_mcp.errors import ConfigError, Refused
from fusion_mcp.presets.library import PresetEntry
from fusion_mcp.presets.schema import AnyPreset, Preset, Role
from fusion_mcp.result import PresetCard
from fusion_mcp.types import ModelRef, ModelTraits


def card(
    entry: PresetEntry,
    resolved: Callable[[AnyPreset], tuple[Preset, str]],
    traits: Callable[[ModelRef], ModelTraits],
    missing: Callable[[Preset], Iterable[str]],
    cost: Callable[[Preset], tuple[Decimal, Iterable[ModelRef]]] | None = None,
) -> PresetCard:
    """Describe a preset file.

    `resolved` gives the preset with its models and what was chosen, or raises Refused; `traits` says why a model cannot
    be called here, and which goes on a subscription; `missing` names the keys' variables that are still needed; `cost`,
    where it is asked for, gives what a short question may cost, and the models whose price nobody knows.
    """
    content = entry.content
    if isinstance(content, ConfigError):
        return PresetCard(name=entry.name, error=content.faults[0])
    shown = PresetCard(
        name=entry.name,
        title=content.title,
        description=content.description,
        rationale=content.rationale,
        dated=content.dated,
        aliases=list(entry.aliases),
    )
    try:
        preset, chosen = resolved(content)
    except Refused as refusal:
        return shown.model_copy(update={"chosen": refusal.message})
    most, unpriced = cost(preset) if cost else (None, ())
    callable_here = _any_callable(preset.panel, traits) and _any_callable((preset.judge, preset.synthesizer), traits)
    seated = dict.fromkeys(role.model for role in preset.roles)
    return shown.model_copy(
        update={
            **_composition(preset),
            "usable": callable_here,
            "missing_keys": list(missing(preset)),
            "chosen": chosen or _first_problem(preset, traits),
            "may_cost_usd": most,
            "unpriced": [str(model) for model in unpriced],
            "on_subscription": [str(model) for model in seated if traits(model).on_subscription],
        }
    )


def _composition(preset: Preset) -> dict[str, object]:
    """Who sits where, and what the preset says of its runs."""
    return {
        "panel": [str(member.model) for member in preset.panel],
        "judge": str(preset.judge.model),
        "synthesizer": str(preset.synthesizer.model),
        "verifier": _model_of(preset.verifier),
        "second_judge": _model_of(preset.second_judge),
        "aggregate": preset.aggregate,
        "gate": preset.gate,
        "triage": preset.triage,
        "deadline_s": preset.deadline_s,
        "quorum": preset.quorum,
        "grace_s": preset.grace_s,
        "max_cost_usd": preset.max_cost_usd,
        "tools": list(preset.tools),
    }


def _model_of(role: Role | None) -> str | None:
    return None if role is None else str(role.model)


def _any_callable(roles: Iterable[Role], traits: Callable[[ModelRef], ModelTraits]) -> bool:
    return any(traits(model).unavailable is None for role in roles for model in role.models)


def _first_problem(preset: Preset, traits: Callable[[ModelRef], ModelTraits]) -> str:
    """Say what is wrong with the first model that cannot be called; of keys only where nothing else is wrong."""
    failures = [failure for role in preset.roles if (failure := traits(role.model).unavailable)]
    failures.sort(key=lambda failure: failure.reason == "unauthorized")
    return failures[0].message if failures else ""
