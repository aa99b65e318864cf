"""Labels, shuffling, self-identification: what keeps a judge from knowing whom it judges."""

import pytest

from fusion_mcp.ledger import Ledger
from fusion_mcp.pipeline.judging.anonymity import label_answers, read_label, restore_names, without_identity
from fusion_mcp.types import MemberAnswer, ModelRef

MODELS = [
    ModelRef.parse("openrouter:~anthropic/claude-opus-latest"),
    ModelRef.parse("work:alpha"),
    ModelRef.parse("ollama:qwen3:8b"),
]


def answer(seat: str, content: str = "Paris.") -> MemberAnswer:
    return MemberAnswer(seat=seat, content=content, bill=Ledger().bill(), seconds=0.1)


@pytest.mark.parametrize(
    "text",
    [
        "I am Claude, and I say Paris.",
        "I'm ChatGPT. Paris.",
        "My name is Gemini 3 Pro and I say Paris.",
        "As Grok, I would say Paris.",
        "As a large language model trained by Google, I say Paris.",
        "I was created by DeepSeek. Paris.",
        "I am an AI assistant called Claude Opus 4.8. Paris.",
        "openrouter:~anthropic/claude-opus-latest says Paris.",
        "anthropic/claude-opus-latest says Paris.",
        "I am alpha, and I say Paris.",
        "As an AI developed by OpenAI, I say Paris.",
        "This is Claude speaking: Paris.",
        "Claude here. Paris.",
        "ChatGPT speaking: Paris.",
        "Being GPT-4, I know that it is Paris.",
        "Paris. (Answer by DeepSeek-V3)",
        "Google trained me; OpenAI created me. Paris.",
        "Ich bin Gemini. Paris.",
        "Paris. Signed, Claude.",
        "Paris. — Claude (Anthropic)",
        "Paris.\n\nBest regards,\nClaude",
        "work:alpha says Paris.",
        "qwen3:8b says Paris.",
    ],
)
def test_what_tells_the_author_is_taken_out_and_the_rest_stays(text: str) -> None:
    stripped = without_identity(text, MODELS)
    assert "Paris" in stripped
    for name in (
        "Claude",
        "ChatGPT",
        "Gemini",
        "Grok",
        "Google",
        "DeepSeek",
        "GPT",
        "OpenAI",
        "claude-opus",
        "alpha",
        "qwen3",
    ):
        assert name not in stripped


@pytest.mark.parametrize("name", ["skip-1", "SKIP-1", "\u017fkip-1", "s\u212aip-1", "sk\u0131p-1", "SK\u0130P-1"])
def test_a_telling_name_goes_in_whatever_letters_it_is_written(name: str) -> None:
    assert without_identity(f"So says {name} \u2013 as ever.", [ModelRef("work", "skip-1")]) == (
        "So says [the author] \u2013 as ever."
    )


@pytest.mark.parametrize(
    "text",
    [
        "As Claude Shannon showed, information is measured in bits.",
        "Claude and Gemini differ in price; Gemini is cheaper.",
        "The PDP-11 was made by Digital, the TPU by Google.",
        "The alpha channel holds transparency.",
        "- Gemini: 1 M tokens\n- Claude: 200 k tokens",
        "The `</think>` token ends the reasoning of such models.",
        "I am sure that Mistral is a wind.",
        "Treat it as a command, not a query.",
        "Write it as a haiku, as the muse, or as a llama, perhaps.",
        "The model was trained by Google in 2017.",
        "The narrator says: my name is Claude Monet.",
        "# Providers\n\n- Gemini\n- Claude",
    ],
)
def test_names_that_are_the_topic_stay(text: str) -> None:
    assert without_identity(text, MODELS) == text


def test_a_name_that_the_question_asks_about_stays_in_the_answers() -> None:
    [labelled] = label_answers([answer("work:alpha", "qwen3:8b needs 6 GB.")], MODELS, 1, "What does qwen3:8b need?")
    assert labelled.content == "qwen3:8b needs 6 GB."


def test_the_same_seed_gives_the_same_order_and_another_seed_another() -> None:
    answers = [answer(f"work:m{i}") for i in range(8)]
    orders = [tuple(item.seat for item in label_answers(answers, [], seed, "")) for seed in (1, 1, 2)]
    assert orders[0] == orders[1] != orders[2]
    assert sorted(orders[2]) == sorted(item.seat for item in answers)


@pytest.mark.parametrize(
    "text", ["Response B", "response b", "B", "[B]", "Answer B", "Model B", "2", "Response 2", "B."]
)
def test_a_label_is_recognised_however_the_judge_writes_it(text: str) -> None:
    labelled = label_answers([answer("work:m1"), answer("work:m2"), answer("work:m3")], [], 7, "")
    assert read_label(text, labelled) == labelled[1]


@pytest.mark.parametrize("text", ["Response H", "gpt-5", "", "Response AB", "0", "the second one"])
def test_a_label_of_nobody_is_nobody(text: str) -> None:
    labelled = label_answers([answer("work:m1"), answer("work:m2")], [], 7, "")
    assert read_label(text, labelled) is None


def test_names_are_put_back_only_for_labels_that_were_given() -> None:
    labelled = label_answers([answer("work:m1")], [], 7, "")
    assert restore_names("Response A agrees; Response C does not.", labelled) == "work:m1 agrees; Response C does not."
