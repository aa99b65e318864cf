"""Our own sentences about what somebody wrote wrongly."""

import time
from collections.abc import Mapping
from decimal import Decimal

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

from fusion_mcp.errors import ConfigError
from fusion_mcp.explain import explain, nearest, read_toml
from fusion_mcp.request import Compare


class _Seat(BaseModel):
    model_config = ConfigDict(extra="forbid")
    model: str
    weight: int | None = None


class _Room(BaseModel):
    model_config = ConfigDict(extra="forbid")
    seats: tuple[_Seat, ...] = ()
    doors: dict[str, _Seat] = {}
    size: float = 1


def faults(shape: type[BaseModel], data: Mapping[str, object]) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        _ = shape.model_validate(data)
    return explain(caught.value, shape=shape)


def test_an_unknown_key_gets_the_nearest_valid_one() -> None:
    assert faults(_Room, {"seets": []}) == ["unknown key 'seets'; did you mean 'seats'?"]


def test_an_unknown_key_like_no_other_gets_the_list_of_valid_ones() -> None:
    assert faults(_Room, {"zzz": 1}) == ["unknown key 'zzz'; the keys here are seats, doors, size"]


def test_an_unknown_key_inside_a_list_or_table_is_compared_with_the_keys_there() -> None:
    assert faults(_Room, {"seats": [{"model": "a"}, {"model": "a", "wieght": 1}]}) == [
        "seats #2: unknown key 'wieght'; did you mean 'weight'?"
    ]
    assert faults(_Room, {"doors": {"front": {"model": "a", "modal": 1}}}) == [
        "doors.front: unknown key 'modal'; did you mean 'model'?"
    ]


def test_a_wrong_type_names_the_field_what_was_expected_and_what_came() -> None:
    assert faults(_Room, {"size": [], "seats": [{"model": 3}]}) == [
        "seats #1.model: expected text, got a number",
        "size: expected a number, got a list",
    ]


def test_every_fault_is_told_and_none_twice() -> None:
    assert len(faults(_Room, {"size": "x", "seats": 3, "nix": 1})) == 3


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({}, "question: is missing"),
        ({"question": 5}, "question: expected text, got a number"),
        ({"question": None}, "question: expected text, got nothing"),
        ({"question": "q", "detail": "fill"}, "detail: expected 'concise' or 'full'; did you mean 'full'?"),
        ({"question": "q", "max_cost_usd": -1}, "max_cost_usd: must be more than 0"),
        ({"question": "q", "max_cost_usd": "much"}, "max_cost_usd: expected a number, got text"),
        ({"question": "q", "max_cost_usd": "5"}, "max_cost_usd: expected a number, got text"),
        ({"question": "q", "max_cost_usd": True}, "max_cost_usd: expected a number, got true or false"),
        ({"question": "q", "max_cost_usd": float("inf")}, "max_cost_usd: must be a finite number"),
        ({"question": "q", "max_cost_usd": Decimal("NaN")}, "max_cost_usd: must be a finite number"),
        ({"question": "q", "deadline_s": 10**400}, "deadline_s: is too large"),
        ({"question": "q", "deadline_s": float("inf")}, "deadline_s: must be a finite number"),
        ({"question": "q", "preset": ""}, "preset: must not be empty"),
        ({"question": "q", "\ud83d": 1}, "holds half a character; write whole ones"),
        ({"question": "q", "deadline_s": "1"}, "deadline_s: expected a number, got text"),
        ({"question": "q", "web": "no"}, "web: expected true or false, got text"),
        ({"question": "q", "models": []}, "models: needs at least 1 (there: 0)"),
        ({"question": "q", "models": ["m"] * 9}, "models: takes at most 8 (there: 9)"),
        ({"question": "q", "models": ["m", 1]}, "models #2: expected text, got a number"),
        ({"question": "q", "pre-set": "x"}, "unknown key 'pre-set'; did you mean 'preset'?"),
    ],
)
def test_wrong_tool_arguments_are_told_in_our_words(arguments: Mapping[str, object], sentence: str) -> None:
    assert faults(Compare, arguments) == [sentence]


def test_a_bad_value_is_never_shown_and_a_bad_key_is_cut_and_flattened() -> None:
    secret = "SECRET-" * 50
    told = " ".join(faults(Compare, {"question": 1, "detail": secret, "web": secret, "x\n\x1b[2J" + secret: 1}))
    assert secret not in told
    assert "\x1b" not in told
    assert "\n" not in told
    assert len(told) < 500


def test_without_a_shape_an_unknown_key_is_still_named() -> None:
    with pytest.raises(ValidationError) as caught:
        _ = _Room.model_validate({"nix": 1})
    assert explain(caught.value) == ["unknown key 'nix'"]


def test_near_names_come_best_first_whatever_their_case() -> None:
    assert nearest("QUALTY", ["budget", "Quality", "fast"]) == ["Quality"]
    assert nearest("nothing like it", ["budget"]) == []


def test_a_syntax_error_names_file_line_and_column() -> None:
    with pytest.raises(ConfigError, match=r"^my\.toml: line 2, column 5: "):
        _ = read_toml("a = 1\nb = = 2\n", "my.toml")


@pytest.mark.parametrize("text", ["x = " + "[" * 9000, "x = " + "1" * 9000, "x = 1e99999999999999999999"])
def test_absurd_toml_is_a_sentence_and_no_crash(text: str) -> None:
    with pytest.raises(ConfigError, match=r"^f: [a-z ]+") as caught:
        _ = read_toml(text, "f")
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    "text",
    [
        "a." * 20_000 + "a = 1",
        f"[{'a . ' * 40}a]",
        "x = {" + '\'a\'."b\\"".' * 20 + "c = 1}",
        'x = """\n"""\n' + "a." * 33,
    ],
    ids=["key", "header", "quoted", "after a text"],
)
def test_a_key_of_very_many_dotted_steps_is_refused_before_it_is_parsed(text: str) -> None:
    with pytest.raises(ConfigError, match=r"^f: dotted keys are nested too deeply$"):
        _ = read_toml(text, "f")


def test_dots_in_texts_comments_and_numbers_nest_nothing() -> None:
    dots = "e.g. " + "a." * 99
    text = f"""# {dots}
    basic = "\\"{dots}"
    literal = '{dots}'
    many = \"\"\"
    "{dots}\"\"\"
    numbers = [{"1.5, " * 99}]
    {"a." * 31}a = 1"""
    assert read_toml(text, "f").keys() == {"basic", "literal", "many", "numbers", "a"}


@pytest.mark.parametrize(
    "text",
    ['"' + '\\"' * 32_000, "'''" + "'a" * 32_000, '"a' * 32_000, "a" * 64_000, ("a." * 31 + "=\n") * 999],
    ids=["escapes", "open text", "quotes", "one word", "many keys"],
)
def test_looking_for_dotted_keys_takes_no_long_time_whatever_the_text(text: str) -> None:
    began = time.process_time()
    with pytest.raises(ConfigError):
        _ = read_toml(text, "f")
    assert time.process_time() - began < 1


def test_of_very_many_faults_the_first_are_told_and_the_rest_counted() -> None:
    told = faults(_Room, {f"nix{number}": 1 for number in range(1234)})
    assert len(told) == 11
    assert told[0].startswith("unknown key 'nix0'")
    assert told[-1] == "and 1,224 more"


def test_of_just_as_many_faults_as_are_told_none_is_left_over() -> None:
    assert not any("more" in sentence for sentence in faults(_Room, {f"nix{number}": 1 for number in range(10)}))
