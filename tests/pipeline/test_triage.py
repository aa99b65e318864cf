"""Sorting questions before they cost anything: by rules that would rather miss an easy one than misname a hard one."""

import time
import tomllib
from pathlib import Path

import pytest

from fusion_mcp.pipeline.triage.rules import QuestionKind
from fusion_mcp.pipeline.triage.sorting import sort

Example = tuple[str, str | None, QuestionKind]

KINDS: tuple[QuestionKind, ...] = ("chat", "code", "bulk", "closed", "open")
HOSTILE = [
    "a " * 200_000,
    "hi, " * 100_000,
    "hi " * 26,
    "(" * 400_000,
    "`" * 400_000,
    "```" * 130_000,
    "A) " * 130_000,
    "write " * 65_000,
    "translate each " * 26_000,
    "please " * 57_000,
    "1 + " * 30,
    "What is the capital of " + "Aa. " * 24,
    "Implement " + "in " * 1_300,
    "for (\n" * 66_000,
    "SELECT " * 57_000,
    "at a." * 80_000,
    " \n" * 199_000 + "x",
    "\ufdfa" * 4_000,
]
MENDING = "Fix this bug:\n```python\ndef f(a): pass\n```"
OPEN_ASIDES = [
    "Is rent control harmful",
    "How can Europe defend itself without the US",
    "Sollte Europa aufrüsten",
    "monolith or services?",
    "Was hältst du davon",
    "Puoi dire chi ha ragione",
    "Kdo má pravdu",
    "Kinek van igaza",
    "Kim haklı",
    "誰が正しい",
    "누가 옳은가",
    "Ποιος έχει δίκιο",
    "Кто прав",
    "מי צודק",
    "من على حق",
    "कौन सही है",
    "ใครถูก",
    "Ai đúng",
    "Siapa yang benar",
    "Nani ako sahihi",
    "Kumpi on oikeassa",
    "Vem har rätt",
    "Cine are dreptate",
    "Quién tiene razón",
    "Qui a raison",
    "Wie heeft gelijk",
    "谁是对的",
    "Kant or Mill",
    "so the triage is equitable",
]
OPINIONS = [
    *("better", "should we", "vs", "why", "which is best", "your opinion", "worth it", "recommend"),
    *("besser", "sollten wir", "warum", "Meinung", "lohnt sich das"),
    *("pourquoi", "meilleur", "devrait-on", "votre avis", "faut-il"),
    *("por qué", "mejor", "deberíamos", "opinión"),
    *("perché", "meglio", "dovrei", "opinione", "porquê", "melhor", "deveria", "opinião"),
    *("waarom", "beter", "dlaczego", "lepszy", "powinniśmy", "varför", "bättre"),
    *("почему", "лучше", "следует", "为什么", "应该", "なぜ", "べき", "왜", "अच्छा या बेहतर", "لماذا"),
]


def examples(name: str) -> list[Example]:
    text = (Path(__file__).parent / "triage" / f"{name}.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    found: list[Example] = [(question, None, kind) for kind in KINDS for question in data[kind]]
    with_context = data.get("with_context", [])
    return found + [(each["question"], each["context"], each["kind"]) for each in with_context]


def contested(table: str) -> list[str]:
    """Questions of every language."""
    text = (Path(__file__).parent / "triage" / "contested.toml").read_text(encoding="utf-8")
    return [question for questions in tomllib.loads(text)[table].values() for question in questions]


@pytest.mark.parametrize(("question", "context", "kind"), examples("examples"))
def test_a_question_is_sorted_as_a_person_would(question: str, context: str | None, kind: QuestionKind) -> None:
    assert sort(question, context).kind == kind


def test_questions_that_the_rules_were_not_made_with_are_sorted_right_nearly_always() -> None:
    unseen = examples("unseen")
    right = [sort(question, context).kind == kind for question, context, kind in unseen]
    assert sum(right) >= 0.95 * len(unseen)


def test_no_hard_question_among_them_is_called_anything_but_open() -> None:
    hard = [question for question, _, kind in examples("unseen") if kind == "open"]
    assert [question for question in hard if not sort(question).wants_panel] == []


@pytest.mark.parametrize("question", contested("open"))
def test_no_open_question_in_any_language_is_left_to_one_model_or_even_advised_on(question: str) -> None:
    found = sort(question)
    assert (found.kind, found.is_certain, found.advice) == ("open", False, "")


@pytest.mark.parametrize("question", contested("disputed"))
def test_a_fact_that_may_be_disputed_is_left_to_nobody_alone(question: str) -> None:
    assert not sort(question).is_certain


def typical() -> list[tuple[str, str]]:
    text = (Path(__file__).parent / "triage" / "typical.toml").read_text(encoding="utf-8")
    return [(kind, question) for kind, questions in tomllib.loads(text).items() for question in questions]


@pytest.mark.parametrize(("kind", "question"), typical())
def test_what_people_ask_every_day_is_left_to_one_model(kind: str, question: str) -> None:
    found = sort(question)
    assert (found.kind, found.is_certain) == (kind, True)


@pytest.mark.parametrize("question", [question for kind, question in typical() if kind != "bulk"])
def test_what_is_certain_is_so_until_an_opinion_is_asked_for(question: str) -> None:
    assert not [word for word in OPINIONS if sort(f"{question} {word}?").is_certain]
    assert not [word for word in OPINIONS if sort(f"{word}: {question}").is_certain]


@pytest.mark.parametrize("aside", OPEN_ASIDES)
def test_whatever_stands_beside_a_program_and_its_request_goes_to_the_panel(aside: str) -> None:
    assert sort(MENDING).is_certain
    assert not sort(f"{MENDING}\n{aside}").is_certain
    assert not sort(f"{MENDING} {aside}").is_certain
    assert not sort(MENDING.replace("bug:", f"bug: {aside}")).is_certain
    assert not sort(f"{aside}\n{MENDING}").is_certain


@pytest.mark.parametrize("aside", [aside for aside in OPEN_ASIDES if len(aside.split()) > 2])
def test_a_question_hidden_in_the_program_or_in_the_context_goes_to_the_panel(aside: str) -> None:
    assert not sort(MENDING.replace("pass", f"pass\n{aside}")).is_certain
    assert not sort(MENDING, aside).is_certain
    assert not sort("Fix it", f"```python\ndef f(): pass\n```\n{aside}").is_certain
    assert not sort("Debug this code", f"def f(): pass\n{aside}").is_certain


def test_a_program_may_come_as_context() -> None:
    assert sort("Fix it", "def f(a):\n    retrun a").is_certain
    assert not sort("Fix it", "Our process fails, and class conflicts: import taxes are too high.").is_certain
    assert not sort("Fix the errors of the reform", "```\nA quotation\n```").is_certain
    assert not sort("Fix it").is_certain


def test_items_may_come_as_context_where_there_is_nothing_else() -> None:
    task = "Translate each of these 3 words into German"
    assert sort(task, "dog\ncat\nhouse").is_certain
    assert not sort(task, "dog\ncat\n\nAnd should we leave the union?").is_certain
    assert not sort(task, "The government has decided to leave the union in spite of all that we said.").is_certain


def test_what_is_too_long_to_be_looked_through_is_not_certain() -> None:
    assert not sort("Fix it", "def f(a):\n    retrun a\n" * 5_000).is_certain


def test_what_is_no_open_question_comes_with_its_rule_and_what_to_do_instead() -> None:
    found = sort("What is the capital of Australia?")
    assert not found.wants_panel
    assert found.rule in found.advice
    assert 'aggregate = "select"' in found.advice
    assert sort("Should we move?").advice == ""


def test_a_greeting_with_something_to_read_is_no_small_talk() -> None:
    assert sort("hi").kind == "chat"
    assert sort("hi", "   ").kind == "chat"
    assert sort("hi", "Our contract ends in May.").kind == "open"


def test_typographic_quotes_and_wide_letters_make_no_difference() -> None:
    assert sort("What\u2019s the capital of Spain?").kind == "closed"
    assert sort("\uff28\uff45\uff4c\uff4c\uff4f").kind == "chat"  # Hello in full-width letters


def test_what_is_asked_at_the_end_of_a_long_text_is_seen() -> None:
    code = "def f(a):\n    return a\n" + "# a comment\n" * 5_000
    assert sort(f"{code}\nFix the bug in this function.").kind == "code"


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:12].strip() or "blank")
def test_no_text_is_slow_to_sort(text: str) -> None:
    begun = time.process_time()
    sort(text)
    sort("fix", text)
    assert time.process_time() - begun < 1
