"""What a call takes of the context of a client's model: an average result is short, and each half stands alone."""

import json

from fusion_mcp.links import known_links
from fusion_mcp.presentation import presentable
from fusion_mcp.render import markdown
from fusion_mcp.result import (
    Analysis,
    Confidence,
    Contradiction,
    CostLine,
    FusionResult,
    PartialCoverage,
    Source,
    Stance,
    UniqueInsight,
)
from fusion_mcp.types import Usage
from scripted.results import a_bare_result, a_response

MODELS = ["openrouter:~google/gemini-flash-latest", "openrouter:~moonshotai/kimi-latest", "openrouter:~z-ai/glm-latest"]
URLS = [f"https://www.example.org/articles/2026/on-a-page-{number}" for number in range(5)]
SPENT = Usage(input_tokens=1834, output_tokens=945, cached_tokens=0, calls=1)
SENTENCES = "The committee compared the effects across sites, and found that the earlier estimate had been too high. "
CHARACTERS_PER_TOKEN = 4


def words(characters: int) -> str:
    return (SENTENCES * 40)[:characters]


def average() -> FusionResult:
    """Three members that answer at length and read a few pages; a judge that finds ten points."""
    first, second, third = MODELS
    stances = [Stance(model=first, stance=words(90)), Stance(model=second, stance=words(90))]
    consensus = [words(120), words(110), words(130)]
    return a_bare_result(
        run_id="2xYc0lq8rHk3J9sVb1w0aQ",
        preset="budget",
        answer=words(2500),
        answered_by="synthesizer",
        analysis=Analysis(
            consensus=consensus,
            contradictions=[Contradiction(topic=words(50), stances=stances)],
            partial_coverage=[PartialCoverage(models=[first, third], point=words(100))],
            unique_insights=[UniqueInsight(model=model, insight=words(100)) for model in (second, third)],
            blind_spots=[words(90), words(80)],
        ),
        confidence=[
            Confidence(point=point, level="high", reason="three of three members say so") for point in consensus
        ],
        responses=[a_response(model, words(3000), usage=SPENT, cost_usd="0.0021", tool_calls=4) for model in MODELS],
        sources=[Source(url=url, title=words(50), used_by=[first]) for url in URLS],
        cost_breakdown=[
            *(CostLine(stage="panel", model=model, usage=SPENT) for model in MODELS),
            CostLine(stage="judge", model=third, usage=SPENT),
            CostLine(stage="synthesis", model=third, usage=SPENT),
        ],
    )


def tokens(text: str) -> float:
    return len(text) / CHARACTERS_PER_TOKEN


def test_an_average_concise_result_takes_less_than_1500_tokens_beside_its_answer() -> None:
    known = known_links(URLS)
    shown = presentable(average(), "concise", known, known)
    assert shown.answer is not None
    shape = shown.model_dump(mode="json", exclude={"answer"})
    assert tokens(json.dumps(shape, separators=(",", ":"), ensure_ascii=False)) < 1500
    assert tokens(markdown(shown).replace(shown.answer, "")) < 1500
    assert all(response.truncated for response in shown.responses)
