"""What is a quotation in an answer: every usual mark counts, and what merely looks like one does not."""

import time

import pytest

from fusion_mcp.pipeline.quoting.checking import CheckedText, Shelf, check_quotations
from fusion_mcp.pipeline.quoting.mark import MARKS
from fusion_mcp.types import Page

URL = "https://source.example/report"
WORDS = "nobody ever wrote these words"
SHELF = Shelf([Page(url=URL, title="The Report", text="Sales grew by 1.5 % in 2025.", used_by=())])


@pytest.mark.parametrize(
    "quoted",
    [
        f'"{WORDS}"',
        f"“{WORDS}”",
        f"„{WORDS}“",
        f"«{WORDS}»",
        f"»{WORDS}«",
        f"「{WORDS}」",
    ],
)
@pytest.mark.parametrize("link", [f"[report]({URL})", f"<{URL}>", URL, f"[1][r]\n\n[r]: {URL}"])
def test_every_kind_of_quotation_mark_and_of_link_counts(quoted: str, link: str) -> None:
    assert f"{quoted} {MARKS['not_found']}" in check_quotations(f"It says {quoted}, see {link}", SHELF).text


@pytest.mark.parametrize(
    "quoted",
    [
        f"‘{WORDS}’",
        f"‘{WORDS}, and didn’t try’",
        f"‚{WORDS}‘",
        f"『{WORDS}』",
        f"‹{WORDS}›",
        f"\uff02{WORDS}\uff02",
        f"&quot;{WORDS}&quot;",
        f"<q>{WORDS}</q>",
        f"<blockquote>{WORDS}</blockquote>",
        f'“{WORDS}"',
        f'"{WORDS}”',
        f"“{WORDS}\n\nand then some more”",
        f"“{WORDS}\n\n“and then some more”",
        f"“{WORDS * 190}”",
    ],
)
def test_every_usual_quotation_mark_counts(quoted: str) -> None:
    found = check_quotations(f"It says {quoted} ([report]({URL})).", SHELF).findings
    assert "not_found" in {finding.verdict for finding in found}


@pytest.mark.parametrize(
    "text",
    [
        f"It says “{WORDS}”, I think.",
        f"The so-called “free” offer ([report]({URL})).",
        f'A 5" pipe and a 6" one, and the tool\'s end ([report]({URL})).',
        f'Write `print("these are many words")` as there ([report]({URL})).',
        f'```\nsay "{WORDS}" {URL}\n```',
        f'See [report]({URL} "these words are only a title").',
        f"“{WORDS}”, somebody said.\n\nAnd then there is the [report]({URL}).",
        f"- “{WORDS}”\n- [report]({URL})",
        f"> **Note:** these words are mine, see [report]({URL})",
        f"> [!TIP]\n> Look at [report]({URL}) for more",
    ],
)
def test_what_is_no_quotation_of_a_source_is_not_checked(text: str) -> None:
    assert check_quotations(text, SHELF) == CheckedText(text=text)


@pytest.mark.parametrize(
    "unit",
    [
        ".",
        "!",
        ". ",
        ",111",
        "> \n",
        "> a b c\n",
        "> a b c\n\n",
        "“",
        "“a b c",
        "“a b c\n\n",
        "“… a b",
        "‘a’b",
        "‚",
        "«",
        "»",
        '"',
        '"a b c" ',
        '"a b" [',
        "`",
        "« », ",
        f"{URL} ",
        '- "a b c d"\n',
        "- a\n  - b\n",
        "a:\n\n",
        "# x\n\n",
        "| a ",
        "[1]",
        "[1] x\n",
        f"[1] {URL}\n",
        "[^a]",
        "[1-9,1-9]",
        "\u00b9",
        "&quot;a",
        "<q>a",
        "<blockquote>",
        "](/a",
        "[a](/",
    ],
)
def test_a_text_of_any_make_is_done_with_in_time(unit: str) -> None:
    text = f"{(unit * 100_000)[:100_000]} “{WORDS}” ({URL})\n\n[1] {URL}"
    start = time.process_time()
    check_quotations(text, SHELF)
    assert time.process_time() - start < 5
