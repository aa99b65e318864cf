"""Whose words a quotation is said to have: the forms in which answers name their sources."""

import pytest

from fusion_mcp.pipeline.quoting.checking import Shelf, check_quotations
from fusion_mcp.pipeline.quoting.mark import MARKS
from fusion_mcp.types import Page

URL = "https://source.example/report"
WORDS = "nobody ever wrote these words"
SHELF = Shelf([Page(url=URL, title="The Report", text="Sales grew by 1.5 % in 2025.", used_by=())])


@pytest.mark.parametrize(
    "text",
    [
        f"“{WORDS}” [1].\n\nSources:\n[1] {URL}",
        f"“{WORDS}” [1].\n\nSources:\n[1]: {URL}",
        f"“{WORDS}” [1].\n\nSources:\n1. {URL}",
        f"“{WORDS}”[^1].\n\n[^1]: The Report, {URL}",
        f"“{WORDS}” [2, 1].\n\n## Sources\n\n1. [The Report]({URL})\n2. A book",
        f"“{WORDS}”[2][1].\n\n- [1] The Report: {URL}\n- [2] A book",
        f'"{WORDS}"\u00b9.\n\n\u00b9 {URL}',
        f"“{WORDS}”<sup>1</sup>.\n\n1. {URL}",
        f"| a | “{WORDS}” [1] |\n\n1. {URL}",
        f"> {WORDS} [1]\n\n[1]: {URL}",
        f"According to [it]({URL}):\n\n“{WORDS}”",
        f"According to [it]({URL}):\n\n- Something.\n- “{WORDS}”",
        f"- [Report]({URL})\n  - It says\n    - “{WORDS}”",
        f"- [Report]({URL})\n\n  It says “{WORDS}”.",
        f"## From [it]({URL})\n\nFirst.\n\nIt says “{WORDS}”.",
        f"It says “{WORDS}”.\n\nSource: {URL}",
        f"It says “{WORDS}”.\n\n[Report]({URL})\n\nAnd more.",
        f"- It says “{WORDS}”.\n  - *Source: [The Report]({URL}), 2025*",
        f"The [report]({URL}) is clear on this.\n\n> {WORDS}",
        f"The [report]({URL}) is clear:\n\n> Sales fell in 2025\n\n> {WORDS}",
        f"> Sales grew by [1.5 %]({URL}) for all children",
        f"> [Report]({URL}): {WORDS}",
        f'<blockquote cite="{URL}">{WORDS}</blockquote>',
        f"<blockquote>\n\n<p>{WORDS}</p>\n\n</blockquote>\n\n— [Report]({URL})",
    ],
)
def test_a_source_may_be_named_in_many_ways(text: str) -> None:
    once = check_quotations(text, SHELF)
    assert {finding.verdict for finding in once.findings} == {"not_found"}
    assert MARKS["not_found"] in once.text
    assert check_quotations(once.text, SHELF).text == once.text


@pytest.mark.parametrize(
    "text",
    [
        f"The [report]({URL}).\n\nMy friend says “{WORDS}”.",
        f"# [Report]({URL})\n\n# Something else\n\n“{WORDS}”",
        f"“{WORDS}”\n\n1. {URL}",
        f"“{WORDS}” [7].\n\nMore of it.\n\n[1] {URL}",
        f"It’s the dogs’ ‘so-called’ bones and the cats’ toys ({URL})",
        f"See [it]({URL}).\n\n> **Note:** this is a remark of my own.",
    ],
)
def test_what_no_source_is_named_for_is_not_checked(text: str) -> None:
    assert check_quotations(text, SHELF).findings == ()
