"""Presets as short Markdown that stands alone in a chat or on a terminal. Pure.

Nothing here decides what a card contains (that is `cards`): it shows what is there, and leaves out empty parts.
"""

from collections.abc import Mapping, Sequence

from fusion_mcp.cleaning import as_code, as_codes, clean, one_line
from fusion_mcp.money import usd
from fusion_mcp.result import PresetCard

CELL = 110
"""How long the widest column of a table may be."""

PROSE = 1200
"""How long what a preset says of itself may be. It is on one line each, so that none of it looks like what we say."""

_ANSWER: Mapping[tuple[str | None, bool | None], str] = {
    ("synthesize", True): "written from all of them, and given only where it is better than the best member's own",
    ("select", True): "the one that the judge prefers, word for word",
    ("select", False): "the one that the judge prefers, word for word",
}
"""How the answer comes about, where that is not as usual: by `aggregate` and `gate`."""


def preset_markdown(card: PresetCard) -> str:
    """Show one preset: what it is for, whether it can be used, who sits where, and its limits."""
    also = f", also {as_codes(card.aliases)}" if card.aliases else ""
    seats = [f"{number}. {as_code(model)}" for number, model in enumerate(card.panel, 1)]
    parts = [
        f"# {one_line(card.title, PROSE) or card.name}",
        f"Preset {as_code(card.name)}{also}. {one_line(card.description, PROSE)}".rstrip(),
        _reasons(card),
        _readiness(card),
        "\n".join(["**Panel**", "", *seats]) if seats else "",
        "\n".join(f"- {label}: {value}" for label, value in _limits(card) if value),
    ]
    return clean("\n\n".join(part for part in parts if part)) + "\n"


def beyond_keys(card: PresetCard) -> str:
    """Give what is said of a preset besides the keys that it lacks; '' where that is all."""
    return "" if any(key in card.chosen for key in card.missing_keys) else card.chosen


def presets_table(cards: Sequence[PresetCard]) -> str:
    """Show all presets in one table: name, whether it can be used, what it is."""
    rows = [("preset", "ready", "what it is"), *(_row(card) for card in cards)]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    lines = [f"| {name:{widths[0]}} | {ready:{widths[1]}} | {what} |" for name, ready, what in rows]
    lines.insert(1, f"|{'-' * (widths[0] + 2)}|{'-' * (widths[1] + 2)}|---|")
    return "\n".join(lines) + "\n"


def _reasons(card: PresetCard) -> str:
    """Say why it is composed so, and when that was last looked at."""
    dated = f"Looked at on {card.dated.isoformat()}." if card.dated is not None else ""
    return f"{one_line(card.rationale, PROSE)} {dated}".strip()


def _readiness(card: PresetCard) -> str:
    if card.error is not None:
        return f"**Cannot be used:** {one_line(card.error, 500)}"
    keys = ", ".join(card.missing_keys)
    chosen = f" {one_line(beyond_keys(card), 500)}" if beyond_keys(card) else ""
    if card.usable:
        return f"**Ready**, but the models that need {keys} will not answer.{chosen}" if keys else f"**Ready.**{chosen}"
    return f"**Not ready:** set {keys}.{chosen}" if keys else f"**Not ready.**{chosen}"


def _limits(card: PresetCard) -> list[tuple[str, str]]:
    return [
        ("judge", as_code(card.judge) if card.judge else ""),
        ("synthesizer", as_code(card.synthesizer) if card.synthesizer else ""),
        ("verifier", as_code(card.verifier) if card.verifier else ""),
        ("second judge", as_code(card.second_judge) if card.second_judge else ""),
        ("answer", _ANSWER.get((card.aggregate, card.gate), "")),
        ("one model alone", "answers where a panel is the wrong tool" if card.triage == "route" else ""),
        ("deadline", f"{card.deadline_s:g} s" if card.deadline_s else ""),
        ("quorum", f"{card.quorum}, then {card.grace_s or 0:g} s of grace" if card.quorum else ""),
        ("at most", usd(card.max_cost_usd) if card.max_cost_usd is not None else ""),
        ("a question may cost", _worst_case(card)),
        ("tools", as_codes(card.tools)),
    ]


def _worst_case(card: PresetCard) -> str:
    if card.may_cost_usd is None:
        return ""
    unknown = f"; the price of {as_codes(card.unpriced)} is not known and was assumed" if card.unpriced else ""
    plans = f"; calls to {as_codes(card.on_subscription)} go on a subscription" if card.on_subscription else ""
    return (f"up to {usd(card.may_cost_usd)}, usually much less{unknown}" if card.may_cost_usd else "nothing") + plans


def _row(card: PresetCard) -> tuple[str, str, str]:
    name = ", ".join([card.name, *card.aliases])
    if card.error is not None:
        return name, "broken", _cell(card.error)
    ready = "yes" if card.usable else "no" if not card.missing_keys else f"needs {', '.join(card.missing_keys)}"
    return name, ready, _cell(card.description or card.title)


def _cell(text: str) -> str:
    return one_line(text, CELL).replace("|", "\\|")
