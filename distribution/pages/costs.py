"""What the shipped presets cost: worked out from the price library for a short question, and for one with research."""

from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from importlib.metadata import version

from distribution.pages.meanings import words
from fusion_mcp import guard
from fusion_mcp.presets.parse import parse_preset
from fusion_mcp.presets.schema import Preset
from fusion_mcp.providers.catalog.catalog import builtin
from fusion_mcp.providers.pricing import price
from fusion_mcp.settings import shipped_presets
from fusion_mcp.types import ModelRef, Usage

QUESTION = 600
"""Tokens of the question with its instructions."""
ANSWER = 1_200
"""Tokens that a member writes, reasoning included."""
PAGES = 40_000
"""Tokens that a member reads besides when it researches, over all its turns."""
INSTRUCTIONS = 2_000
"""Tokens that judge and synthesizer read besides the answers."""
ANALYSIS, SYNTHESIS = 1_500, 1_000
"""Tokens that the judge and the synthesizer write."""
_CENT = Decimal("0.01")
_RESTS_ON = """\
USD at the list prices in `genai-prices` {version}, if every model answers. A short question: {question:,} tokens,
{answer:,} written by each member, {analysis:,} by the judge, {synthesis:,} by the synthesizer. With research each
member reads {pages:,} tokens more. Caches make it less, long reasoning makes it more."""


def costs() -> str:
    """Write the table of shipped presets, in the order of their words, with the sentences that say what it rests on."""
    presets = {preset.name: preset for preset in shipped()}
    rows = [
        f"| `{name}` | {said['panel']} | {said['needs']} | {' | '.join(_figures(name, presets))} |"
        for name, said in words()["presets"].items()
    ]
    rests_on = _RESTS_ON.format(
        version=version("genai-prices"),
        question=QUESTION,
        answer=ANSWER,
        analysis=ANALYSIS,
        synthesis=SYNTHESIS,
        pages=PAGES,
    )
    head = ["| preset | panel | needs | short question | with research | at most |", "|---|---|---|--:|--:|--:|"]
    return "\n".join([*head, *rows, "", rests_on])


def cost(preset: Preset, pages: int = 0) -> Decimal | None:
    """Say what such a question costs, calls on a plan apart; None where a model's price is not known."""
    bills = list(_bills(preset, pages))
    return None if None in bills else sum((bill for bill in bills if bill is not None), Decimal(0))


def _figures(name: str, presets: Mapping[str, Preset]) -> tuple[str, str, str]:
    """Say what a short question and one with research cost, and the limit. A choice of presets has no price."""
    preset = presets.get(name)
    if preset is None:
        return ("–", "–", "–")
    short, long = cost(preset), cost(preset, PAGES)
    if short == 0 and preset.max_cost_usd is None:
        return ("$0", "–", "–")
    plan = " + plans" if any(_on_plan(role.model) for role in preset.roles) else ""
    return (_usd(short) + plan, _usd(long) + plan, _usd(preset.max_cost_usd))


def _bills(preset: Preset, pages: int) -> Iterator[Decimal | None]:
    answers = INSTRUCTIONS + ANSWER * len(preset.panel)
    for member in preset.panel:
        yield _bill(member.model, QUESTION + (pages if preset.tools_of(member) else 0), ANSWER)
    yield _bill(preset.judge.model, answers, ANALYSIS)
    yield _bill(preset.synthesizer.model, answers + ANALYSIS, SYNTHESIS)


def _bill(model: ModelRef, read: int, written: int) -> Decimal | None:
    if _on_plan(model):
        return Decimal(0)
    return price(builtin()[model.provider], model.model, Usage(input_tokens=read, output_tokens=written))


def _on_plan(model: ModelRef) -> bool:
    return builtin()[model.provider].agent is not None


def shipped() -> Iterator[Preset]:
    """Give the shipped presets that name their models, in alphabetical order."""
    providers: Mapping[str, object] = builtin()
    for file in sorted(shipped_presets().glob("*.toml")):
        preset = parse_preset(file.read_text(encoding="utf-8"), file.name, set(providers), guard.is_fusion)
        if isinstance(preset, Preset):
            yield preset


def _usd(amount: Decimal | None) -> str:
    return "unknown" if amount is None else f"${amount.quantize(_CENT, ROUND_HALF_UP)}"
