"""What is kept from the members for a task's sake, and what counts as having seen its rubric."""

from datetime import date

import pytest

from fusion_mcp.domains import Domains
from fusion_mcp.evaluation.asking.leaks import contaminated, excluded_domains, known_leaks, withheld_sentences
from fusion_mcp.evaluation.tasks import ChoiceTask, CodeTask, Criterion, ExactTask, RubricTask, Task
from fusion_mcp.result import FusionResult, Source
from fusion_mcp.withheld import Withheld
from scripted.results import a_bare_result, a_response

REQUIREMENTS = (
    "States that Ganymede is larger than the planet Mercury",
    "Names at least two missions that have visited the moon",
    "Claims that Ganymede has no magnetic field of its own",
)
TASK = RubricTask(
    id="moons",
    problem="What is known about Ganymede?",
    criteria=tuple(Criterion(id=str(n), weight=10 - 15 * n, requirement=text) for n, text in enumerate(REQUIREMENTS)),
)
LONG = " ".join(f"word{number}" for number in range(30))
OTHERS: list[Task] = [
    ExactTask(id="e", problem="How many?", targets=("7",)),
    ChoiceTask(id="c", problem="Which?", choices=("this", "that"), target="A"),
    CodeTask(id="f", problem="Write f.", entry_point="f", tests="assert f()"),
]


def result(answer: str = "", *urls: str, said: str = "") -> FusionResult:
    return a_bare_result(
        answer=answer,
        responses=[a_response("work:alpha", said)],
        sources=[Source(url=url, title="", used_by=["work:alpha"]) for url in urls],
    )


def test_every_entry_of_the_list_has_a_reason_and_the_list_a_date() -> None:
    leaks = known_leaks()
    assert leaks.dated >= date(2026, 11, 1)
    assert all(len(entry.reason) > 10 for entry in (*leaks.domain, *leaks.sentence))
    assert len({domain.name for domain in leaks.domain}) == len(leaks.domain)


def test_every_sentence_of_the_list_is_long_enough_to_be_looked_for() -> None:
    for sentence in known_leaks().sentence:
        assert Withheld([sentence.text]).holds_any(f"See {sentence.text}.")


def test_what_research_needs_stays_open() -> None:
    domains = Domains(excluded=excluded_domains([TASK]))
    for host in ("huggingface.co", "arxiv.org", "github.com", "en.wikipedia.org"):
        assert domains.permits(host)
    for host in ("datasets-server.huggingface.co", "openrouter.ai", "research.perplexity.ai", "www.perplexity.ai"):
        assert not domains.permits(host)


def test_only_tasks_with_a_rubric_close_domains() -> None:
    assert excluded_domains(OTHERS) == ()
    assert excluded_domains([]) == ()
    assert excluded_domains([*OTHERS, TASK]) == excluded_domains([TASK]) != ()


def test_a_rubrics_requirements_and_the_benchmarks_own_words_are_withheld_but_not_a_short_question() -> None:
    sentences = withheld_sentences(TASK)
    assert sentences[:3] == REQUIREMENTS
    assert set(sentences[3:]) == {sentence.text for sentence in known_leaks().sentence}


def test_of_other_tasks_a_long_question_is_withheld_and_never_an_answer() -> None:
    assert [withheld_sentences(task) for task in OTHERS] == [(), (), ()]
    assert withheld_sentences(ExactTask(id="e", problem=LONG, targets=("a right answer of six whole words",))) == (
        LONG,
    )
    assert withheld_sentences(TASK.model_copy(update={"problem": LONG}))[-1] == LONG


@pytest.mark.parametrize(
    "url",
    [
        "https://huggingface.co/datasets/perplexity-ai/draco/resolve/main/test.jsonl",
        "https://hf.co/datasets/perplexity-ai/draco",
        "https://datasets-server.huggingface.co/rows?dataset=x",
        "https://openrouter.ai/blog",
    ],
)
def test_a_source_that_may_have_shown_the_rubric_contaminates_the_answer(url: str) -> None:
    clean = "https://huggingface.co/datasets/someone/moons"
    assert contaminated(TASK, result("An answer.", clean, url, url)) == (url,)


def test_two_requirements_word_for_word_contaminate_and_one_does_not() -> None:
    one, two = f"It {REQUIREMENTS[0].lower()}!", f"- {REQUIREMENTS[0]}\n- {REQUIREMENTS[1]}"
    assert contaminated(TASK, result(one, said=one)) == ()
    assert contaminated(TASK, result(two, said=one)) == ("answer",)
    assert contaminated(TASK, result(one, said=two)) == ("work:alpha",)


def test_a_task_without_a_rubric_is_never_contaminated() -> None:
    assert contaminated(OTHERS[0], result("7", "https://openrouter.ai/blog")) == ()
