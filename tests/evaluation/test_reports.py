"""The report as Markdown and as a page: complete, honest, and nothing in it that a stranger wrote does anything."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

import pytest

from fusion_mcp.errors import ConfigError
from fusion_mcp.evaluation.folder import begin_folder, read_folder
from fusion_mcp.evaluation.records import Answer
from fusion_mcp.evaluation.reporting.comparison import Evaluated, compare
from fusion_mcp.evaluation.reporting.findings import Made
from fusion_mcp.evaluation.reporting.report import write_reports
from fusion_mcp.evaluation.reporting.report_html import report_html
from fusion_mcp.evaluation.reporting.report_markdown import report_markdown
from fusion_mcp.evaluation.reporting.summarizing import summarize
from fusion_mcp.evaluation.reporting.summary import Summary
from fusion_mcp.evaluation.tasks import ChoiceTask, CodeTask, ExactTask, RubricTask
from scripted.evaluated import HOSTILE, configurations, evaluated, tasks

MADE = Made(date="2026-11-23", version="1.2.3", python="3.11.7")
STYLE = files("fusion_mcp.evaluation.reporting").joinpath("report.css").read_text(encoding="utf-8")
VOID = frozenset({"meta", "circle", "line", "rect"})
OURS = frozenset(
    re.findall(
        r"\w+",
        "a bdi body caption circle code details div h1 h2 h3 h4 head html li line main meta ol p pre q rect section "
        "span strong style summary svg table tbody td text th thead title tr ul",
    )
)


class Page(HTMLParser):
    """Reads a page strictly: every element is closed where it was opened."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.names: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    def values(self, name: str) -> Iterator[str]:
        return (value for _, key, value in self.attributes if key == name)


def a_summary(count: int = 6, text: str = "", gradings: int = 1) -> Summary:
    part = evaluated(asked=tasks(count), configured=configurations(), gradings=gradings, text=text)
    return summarize(compare([part]))


def test_the_page_is_well_formed_its_links_resolve_and_it_needs_nothing_from_elsewhere() -> None:
    text = report_html(a_summary(), MADE, STYLE)
    page = Page(text)
    assert page.names <= OURS
    places = list(page.values("id"))
    assert len(places) == len(set(places))
    assert {link.removeprefix("#") for link in page.values("href")} <= set(places)
    assert not any(name in {"src", "srcset", "action"} or name.startswith("on") for _, name, _ in page.attributes)
    assert "default-src 'none'; style-src 'unsafe-inline'" in next(page.values("content"))
    assert not re.search(r"url\(|@import|@font-face|https?:", STYLE)


def test_what_strangers_wrote_is_shown_and_does_nothing() -> None:
    harmless, hostile = (Page(report_html(a_summary(5, text), MADE, STYLE)) for text in ("", HOSTILE))
    # Not one element or attribute comes from what they wrote.
    assert hostile.names == harmless.names
    assert len(hostile.attributes) == len(harmless.attributes)
    assert not any("evil" in link for link in hostile.values("href"))
    assert "<script>document.title='owned'</script>" in hostile.text
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00\x1b]", hostile.text)


def test_names_of_tasks_and_configurations_are_strangers_words_too() -> None:
    bad = HOSTILE[:120]
    asked = [each.model_copy(update={"id": f"{bad}{number}"}) for number, each in enumerate(tasks(5))]
    configured = [each.model_copy(update={"name": f"{each.name}{bad}"}) for each in configurations()]
    part = evaluated(asked=asked, configured=configured, label=bad)
    part = Evaluated(
        label=bad,
        plan=part.plan.model_copy(update={"tasks_name": bad}),
        answers=part.answers,
        grades=part.grades,
    )
    summary = summarize(compare([part]))
    assert Page(report_html(summary, MADE, STYLE)).names <= OURS
    # In Markdown such a name stands in code, or without the signs that would mean anything.
    outside_code = re.sub(r"`[^`\n]*`", "", report_markdown(summary, MADE))
    assert not re.search(r"<[a-z/!]|\]\(", outside_code)


def test_the_page_has_the_whole_transcript_of_an_answer() -> None:
    text = Page(report_html(a_summary(5, "MARK "), MADE, STYLE)).text
    for part in (
        "Final answer",
        "MARK Both say yes.",  # analysis
        "MARK When",  # a contested topic
        "single_member",  # verification
        "work:alpha: MARK yes, now",  # its evidence
        "MARK work:alpha says: ",  # a member
        "work:gamma: timed_out: MARK 60 s",
        "low",  # confidence
        "−20",  # the weight of a criterion
        "MARK The answer names a price",  # what the grader said
        "✗ not met",
        "✓ met",
        "no verdict",
    ):
        assert part in text
    assert text.count("The final answer, word for word.") == 10  # two members alone, five tasks


def test_every_kind_of_task_and_an_answer_that_failed_are_shown() -> None:
    asked = (
        ExactTask(id="sum", problem="What is 2 and 2?", targets=("4", "four")),
        ChoiceTask(id="pick", problem="Which is red?", choices=("Grass", "Blood"), target="B"),
        CodeTask(id="code", problem="Write f.", entry_point="f", tests="assert f() == 1"),
    )
    part = evaluated(asked=asked, configured=configurations())
    failed = Answer(task_id="sum", configuration="mix", reason="timed_out", error="work:alpha was too slow")
    part = Evaluated(label="first", plan=part.plan, answers=[failed, *part.answers[1:]], grades=part.grades)
    summary = summarize(compare([part]))
    text = Page(report_html(summary, MADE, STYLE)).text
    for words in ("four", "Right: B", "B) Blood", "assert f() == 1", "No answer: timed_out work:alpha was too slow"):
        assert words in text
    assert "## By format" in report_markdown(summary, MADE)


def test_a_long_text_is_cut_and_the_page_says_so() -> None:
    text = report_html(a_summary(1, "x" * 25_000), MADE, STYLE)
    assert "more are in the folder" in text
    assert "x" * 20_001 not in text


def test_the_markdown_says_what_was_compared_by_whom_and_with_what_doubt() -> None:
    said = report_markdown(a_summary(gradings=2), MADE)
    for words in (
        "6 tasks from heat.jsonl, each asked 1 time, with the web",
        "Graded by work:grader, 2 times",
        "Cost of grading: $0.192, which is in no configuration's cost",
        "Written 2026-11-23 by fusion-mcp 1.2.3 on Python 3.11.7",
        "| `mix` | fusion |",
        "mix against solo work:alpha: ",
        "95 % interval",
        "On the frontier, cheapest first",
        "**Helped** (",
        "**Hurt** (",
        "## By domain",
        "intervals of this kind come out too narrow",
        "one in twenty is expected",
    ):
        assert words in said
    rows = [line for line in said.splitlines() if line.startswith("|")]
    assert rows
    assert all(row.endswith("|") for row in rows)


def test_an_evaluation_of_which_nothing_was_answered_yet_still_has_a_report() -> None:
    part = evaluated(asked=tasks(3), configured=configurations())
    summary = summarize(compare([Evaluated(label="first", plan=part.plan, answers=(), grades=())]))
    assert "Nothing was graded yet" in report_markdown(summary, MADE)
    assert "is not finished: of 3 answers, 3 still to be asked for" in report_markdown(summary, MADE)
    assert Page(report_html(summary, MADE, STYLE)).names <= OURS


def test_a_page_grows_by_so_little_a_task_that_a_browser_opens_a_hundred_of_them() -> None:
    six = configurations(("alpha", "beta", "gamma", "delta"))
    few, more = (
        len(report_html(summarize(compare([evaluated(asked=tasks(count, criteria=39), configured=six)])), MADE, STYLE))
        for count in (2, 4)
    )
    assert (more - few) / 2 < 250_000


def test_reports_of_folders_are_written_beside_each_other(tmp_path: Path) -> None:
    part = evaluated(asked=tasks(5), configured=configurations())
    with begin_folder(tmp_path / "one", part.plan) as folder:
        for answer in part.answers:
            folder.append_answer(answer)
        for grade in part.grades:
            folder.append_grade(grade)
    markdown, page = write_reports([read_folder(tmp_path / "one")], tmp_path / "out")
    assert markdown.read_text(encoding="utf-8").startswith("# Evaluation: heat.jsonl\n")
    assert "one: 5 tasks" in Page(page.read_text(encoding="utf-8")).text
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == ["report.html", "report.md"]


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    part = evaluated(asked=tasks(1), configured=configurations())
    with begin_folder(tmp_path / "one", part.plan):
        pass
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="choose another folder with --out"):
        write_reports([read_folder(tmp_path / "one")], tmp_path / "file")


def test_a_rubric_is_shown_with_its_weights_beside_each_configurations_verdicts() -> None:
    summary = a_summary(5)
    task = summary.comparison.tasks[0]
    assert isinstance(task, RubricTask)
    text = Page(report_html(summary, MADE, STYLE)).text
    assert f"{task.criteria[0].id}: {task.criteria[0].requirement}" in text
