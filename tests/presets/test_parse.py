"""One preset file: what it may say, and what is said about one that is wrong."""

from datetime import date
from decimal import Decimal

import pytest

from fusion_mcp import guard
from fusion_mcp.errors import ConfigError
from fusion_mcp.presets.parse import SeatsFusion, parse_preset
from fusion_mcp.presets.schema import AnyPreset, OpenPreset, Preset
from fusion_mcp.types import ModelRef

PROVIDERS = ("openrouter", "openai", "ollama", "lmstudio", "local", "work")
JUDGE = '[judge]\nmodel = "openai:j"\n'
SEAT = '[[panel]]\nmodel = "ollama:qwen3:8b"\n'


def parse(text: str) -> AnyPreset:
    return parse_preset(text, "dir/Mine.toml", PROVIDERS, guard.is_fusion)


def static(text: str) -> Preset:
    preset = parse(text)
    assert isinstance(preset, Preset)
    return preset


def faults_of(text: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        _ = parse(text)
    assert all(fault.startswith("dir/Mine.toml: ") for fault in caught.value.faults)
    return tuple(fault.removeprefix("dir/Mine.toml: ") for fault in caught.value.faults)


def test_a_panel_and_a_judge_are_enough() -> None:
    preset = static(SEAT + JUDGE)
    assert (preset.name, preset.title) == ("mine", "mine")
    assert preset.panel[0].model == ModelRef("ollama", "qwen3:8b")
    assert preset.judge.model == ModelRef("openai", "j")
    assert preset.synthesizer == preset.judge
    assert (preset.deadline_s, preset.grace_s, preset.max_tool_calls) == (180, 10, 8)
    assert (preset.max_cost_usd, preset.tools, preset.aliases) == (None, (), ())


def test_everything_the_documentation_names_can_be_said() -> None:
    preset = static("""
        title = "T"
        description = "D"
        aliases = ["other"]
        deadline_s = 90.5
        max_cost_usd = 0.50
        quorum = 1
        grace_s = 0
        tools = ["web_search", "web_fetch"]
        max_tool_calls = 16
        [[panel]]
        model = "openrouter:~a/b-latest"
        fallbacks = ["openrouter:a/b", "work:c"]
        lens = "a sceptic"
        temperature = 2
        max_output_tokens = 100
        reasoning = "low"
        tools = []
        [judge]
        model = "openai:j"
        temperature = 0
        fallbacks = ["openai:k"]
        [synthesizer]
        model = "openai:s"
        """)
    member = preset.panel[0]
    assert preset.max_cost_usd == Decimal("0.50")
    assert member.fallbacks == (ModelRef("openrouter", "a/b"), ModelRef("work", "c"))
    assert (member.lens, member.temperature, member.max_output_tokens, member.reasoning, member.tools) == (
        "a sceptic",
        2.0,
        100,
        "low",
        (),
    )
    assert preset.synthesizer.model == ModelRef("openai", "s")


@pytest.mark.parametrize(("members", "quorum"), [(1, 1), (2, 2), (3, 2), (4, 2), (5, 3), (8, 4)])
def test_the_quorum_is_half_the_panel_and_at_least_two_where_there_are_two(members: int, quorum: int) -> None:
    assert static(SEAT * members + JUDGE).quorum == quorum


def test_the_same_model_may_sit_twice() -> None:
    assert len(static(SEAT * 2 + JUDGE).panel) == 2


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (JUDGE, "panel: seat 1 to 8 members, one [[panel]] table for each; there are 0"),
        ("panel = []\n" + JUDGE, "panel: seat 1 to 8 members, one [[panel]] table for each; there are 0"),
        (SEAT * 9 + JUDGE, "panel: seat 1 to 8 members, one [[panel]] table for each; there are 9"),
        (SEAT, 'judge: is missing; add [judge] with model = "provider:model"'),
        ("[[panel]]\n" + JUDGE, 'panel #1.model: is missing; write model = "provider:model"'),
        ("quorum = 0\n" + SEAT + JUDGE, "quorum: must be between 1 and 1, the number of members"),
        ("quorum = 3\n" + SEAT * 2 + JUDGE, "quorum: must be between 1 and 2, the number of members"),
        ("max_tool_calls = 17\n" + SEAT + JUDGE, "max_tool_calls: must be at most 16"),
        ("max_tool_calls = 0\n" + SEAT + JUDGE, "max_tool_calls: must be at least 1"),
        ("deadline_s = 0\n" + SEAT + JUDGE, "deadline_s: must be more than 0"),
        ("deadline_s = '60'\n" + SEAT + JUDGE, "deadline_s: expected a number, got text"),
        ("max_cost_usd = 0\n" + SEAT + JUDGE, "max_cost_usd: must be more than 0"),
        ("max_cost_usd = 1e-7\n" + SEAT + JUDGE, "max_cost_usd: must be at least 0.000001, a millionth of a dollar"),
        ("max_cost_usd = 1e-400\n" + SEAT + JUDGE, "max_cost_usd: takes at most 12 decimal places"),
        (f"max_cost_usd = 1.{'3' * 4000}\n" + SEAT + JUDGE, "max_cost_usd: takes at most 12 decimal places"),
        ("max_cost_usd = -0.0\n" + SEAT + JUDGE, "max_cost_usd: must be more than 0"),
        ("max_cost_usd = nan\n" + SEAT + JUDGE, "max_cost_usd: must be a finite number"),
        ("max_cost_usd = 1e999\n" + SEAT + JUDGE, "max_cost_usd: must be at most 1000000"),
        ("deadline_s = 1e-400\n" + SEAT + JUDGE, "deadline_s: must be more than 0"),
        ("deadline_s = 1e-300\n" + SEAT + JUDGE, "deadline_s: must be at least 0.001, a millisecond"),
        ("deadline_s = 1e999\n" + SEAT + JUDGE, "deadline_s: must be a finite number"),
        ("grace_s = nan\n" + SEAT + JUDGE, "grace_s: must be a finite number"),
        (SEAT + "temperature = inf\n" + JUDGE, "panel #1.temperature: must be a finite number"),
        (SEAT + "max_output_tokens = 1e999\n" + JUDGE, "panel #1.max_output_tokens: expected a whole number"),
        (SEAT + "temperature = 2.1\n" + JUDGE, "panel #1.temperature: must be at most 2"),
        (SEAT + "lense = 'x'\n" + JUDGE, "panel #1: unknown key 'lense'; did you mean 'lens'?"),
        ("dedline_s = 3\n" + SEAT + JUDGE, "unknown key 'dedline_s'; did you mean 'deadline_s'?"),
        ("name = 'x'\n" + SEAT + JUDGE, "unknown key 'name'; a preset's name is its file's"),
        ("aliases = ['A b']\n" + SEAT + JUDGE, "aliases #1: a preset's name is small letters"),
        ('title = "\\u001b[2J"\n' + SEAT + JUDGE, "title: takes plain text, without control characters"),
        (SEAT + "[judge]\nmodel = 'openai:j'\nlens = 'x'\n", "judge: unknown key 'lens'"),
        (SEAT + "[judge]\nmodel = 3\n", "judge.model: expected provider:model, got a number"),
        (SEAT + "[judge]\nmodel = 'gpt'\n", "judge.model: this is no model reference: write provider:model, as in"),
        (SEAT + "[judge]\nmodel = 'openai:a b'\n", "judge.model: this is no model reference: write provider:model,"),
        ("[panel]\nmodel = 'openai:x'\n" + JUDGE, "panel: expected a list, got a table of keys"),
    ],
)
def test_a_wrong_preset_is_one_sentence_with_file_and_field(text: str, sentence: str) -> None:
    [fault] = faults_of(text)
    assert fault.startswith(sentence)


def test_a_negative_zero_is_kept_as_zero() -> None:
    preset = static("grace_s = -0.0\n" + SEAT + "temperature = -0.0\n" + JUDGE)
    assert (str(preset.grace_s), str(preset.panel[0].temperature)) == ("0.0", "0.0")


def test_a_misspelt_table_is_named_before_what_is_missing_for_it() -> None:
    assert faults_of(SEAT.replace("panel", "pannel") + JUDGE)[0] == "unknown key 'pannel'; did you mean 'panel'?"


def test_broken_toml_names_line_and_column() -> None:
    assert faults_of("title = 'x'\n[[panel]\n")[0].startswith("line 2, column 8: ")


def test_only_the_tools_that_exist_can_be_given() -> None:
    [fault] = faults_of("tools = ['web_fetsh']\n" + SEAT + JUDGE)
    assert fault.startswith("tools #1: expected 'web_search' or 'web_fetch'; did you mean 'web_fetch'")


@pytest.mark.parametrize("key", ["base_url", "api_key", "api_key_env", "url", "headers"])
def test_a_preset_holds_no_address_and_no_key(key: str) -> None:
    [fault] = faults_of(f"{SEAT}{key} = 'sk-secret'\n{JUDGE}")
    assert fault.startswith(f"panel #1: unknown key '{key}'; a preset names models and limits only")
    assert "sk-secret" not in fault


def test_a_preset_holds_no_command() -> None:
    assert "never a command" in faults_of(f"command = 'rm'\n{SEAT}{JUDGE}")[0]


def test_an_unknown_provider_gets_the_nearest_one() -> None:
    text = SEAT.replace("ollama", "olama") + "fallbacks = ['opnai:x']\n" + JUDGE
    assert faults_of(text) == (
        "panel #1.model: unknown provider 'olama'; did you mean 'ollama'?",
        "panel #1.fallbacks #1: unknown provider 'opnai'; did you mean 'openai'?",
    )


def test_an_unknown_provider_like_no_other_gets_the_way_to_add_it() -> None:
    [fault] = faults_of(SEAT + JUDGE.replace("openai", "zzz"))
    assert fault.startswith(
        "judge.model: unknown provider 'zzz'; add it to config.toml as [providers.NAME], or use one"
    )


@pytest.mark.parametrize(
    "model", ["openrouter:openrouter/fusion", "openrouter:openrouter/fusion-flash", "work:litellm/fusion-x"]
)
@pytest.mark.parametrize(
    "text",
    [
        '[[panel]]\nmodel = "M"\n' + JUDGE,
        SEAT + 'fallbacks = ["M"]\n' + JUDGE,
        SEAT + '[judge]\nmodel = "M"\n',
        SEAT + JUDGE + 'fallbacks = ["M"]\n',
        SEAT + JUDGE + '[synthesizer]\nmodel = "M"\n',
        '[[choose]]\nseats = ["M"]\n',
    ],
)
def test_a_panel_cannot_seat_a_panel(model: str, text: str) -> None:
    with pytest.raises(SeatsFusion, match="a panel cannot seat a panel"):
        _ = parse(text.replace("M", model))


def test_a_preset_may_take_what_local_servers_have() -> None:
    preset = parse('discover = ["ollama", "lmstudio"]\n')
    assert isinstance(preset, OpenPreset)
    assert preset.discover == ("ollama", "lmstudio")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("discover = ['ollma']", "discover #1: unknown provider 'ollma'; did you mean 'ollama'?"),
        ("discover = []", "a preset has either [[panel]] and [judge], or discover, or [[choose]]"),
        ("discover = ['ollama']\n" + JUDGE, "unknown key 'judge'; a preset has either [[panel]] and [judge], or"),
        ("[[choose]]\nkey = 'opnai'\npreset = 'x'", "choose #1.key: unknown provider 'opnai'; did you mean 'openai'?"),
        ("[[choose]]\nkey = 'openai'", "choose #1: name either a preset or seats"),
        ("[[choose]]\npreset = 'x'\nseats = ['openai:y']", "choose #1: name either a preset or seats"),
        ("[[choose]]\nprest = 'x'", "choose #1: unknown key 'prest'; did you mean 'preset'?"),
    ],
)
def test_a_wrong_open_preset_is_explained_too(text: str, sentence: str) -> None:
    assert faults_of(text)[0].startswith(sentence)


def test_a_role_takes_a_few_fallbacks_and_no_hundred() -> None:
    fallbacks = ", ".join(['"ollama:a"'] * 9)
    text = f'[[panel]]\nmodel = "ollama:a"\nfallbacks = [{fallbacks}]\n[judge]\nmodel = "ollama:a"\n'
    with pytest.raises(ConfigError, match=r"panel #1\.fallbacks: takes at most 8 \(there: 9\)"):
        _ = parse_preset(text, "p.toml", ("ollama",), guard.is_fusion)


@pytest.mark.parametrize("place", ["verifier", "second_judge"])
def test_who_checks_the_answer_may_be_no_fusion_nor_at_an_unknown_provider(place: str) -> None:
    first = "" if place == "verifier" else '[verifier]\nmodel = "openai:v"\n'
    text = f'{SEAT}{JUDGE}{first}[{place}]\nmodel = "openrouter:openrouter/fusion"\nfallbacks = ["nobody:x"]\n'
    with pytest.raises(SeatsFusion):
        _ = parse(text)
    fusion, stranger = faults_of(text)
    assert fusion.startswith(f"{place}.model: 'openrouter:openrouter/fusion' is a fusion itself")
    assert stranger.startswith(f"{place}.fallbacks #1: unknown provider 'nobody'")


def test_reasons_and_their_date_can_be_said() -> None:
    preset = static(f'rationale = "Two families."\ndated = 2026-11-22\n{SEAT}{JUDGE}')
    assert (preset.rationale, preset.dated) == ("Two families.", date(2026, 11, 22))


def test_no_more_aliases_than_anybody_needs() -> None:
    aliases = [f"a{number}" for number in range(17)]
    assert faults_of(f"aliases = {aliases}\n{SEAT}{JUDGE}") == ("aliases: takes at most 16 (there: 17)",)


def test_a_changed_copy_names_its_own_models() -> None:
    preset = static(SEAT + JUDGE)
    assert (len(preset.models), len(preset.seatable), len(preset.panel[0].models)) == (2, 1, 1)
    member = preset.panel[0].model_copy(update={"fallbacks": (ModelRef("work", "alpha"),)})
    changed = preset.model_copy(update={"panel": (member,)})
    assert member.models == changed.seatable == (ModelRef("ollama", "qwen3:8b"), ModelRef("work", "alpha"))
    assert changed.models == (*changed.seatable, ModelRef("openai", "j"))


def test_what_is_known_of_a_preset_by_its_fields_is_no_part_of_it() -> None:
    looked_at, other = static(SEAT + JUDGE), static(SEAT + JUDGE)
    assert looked_at.models
    assert looked_at == other
    assert hash(looked_at) == hash(other)
    assert looked_at.model_dump_json() == other.model_dump_json()
    assert looked_at.model_copy().__dict__.keys() == other.__dict__.keys()
