"""What members and synthesizer are asked, where the form of an answer is at stake."""

from importlib.resources import files

from fusion_mcp.pipeline.prompting import member_messages, synthesis_messages
from scripted.desks import Staff, desk, labelled

ANSWERS = labelled("It is green.", "It is blue.")
NOBODY = Staff(lambda _, __: "")
FORM = "End with one line: ANSWER: <letter>"


def test_a_small_model_reads_the_end_of_the_question_again_after_the_answers() -> None:
    run = desk(NOBODY, question=f"{'Long ago. ' * 500}Which colour?\n{FORM}").run
    *_, asked = synthesis_messages(run, ANSWERS, None, compact=True)
    assert asked.content.endswith(FORM)
    assert asked.content.index("It is blue.") < asked.content.rindex("Which colour?")
    assert asked.content.count("Long ago.") < 600


def test_a_large_model_reads_the_question_once_and_is_told_to_keep_its_form() -> None:
    run = desk(NOBODY, question=f"Which colour?\n{FORM}").run
    *_, asked = synthesis_messages(run, ANSWERS, None, compact=False)
    assert asked.content.count(FORM) == 1
    assert "your answer has that form" in asked.content


def test_members_are_told_to_keep_to_the_form_that_the_question_asks_for() -> None:
    run = desk(NOBODY, question=f"Which colour?\n{FORM}").run
    for compact in (True, False):
        assert "in the form that" in member_messages(run, None, compact=compact)[0].content


def test_our_own_words_make_no_plain_prompt_a_wide_one() -> None:
    prompts = files("fusion_mcp.pipeline").joinpath("prompts").iterdir()
    assert [prompt.name for prompt in prompts if not prompt.read_text(encoding="utf-8").isascii()] == []
