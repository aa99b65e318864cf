"""Our own sentences about what somebody wrote wrongly."""

from collections.abc import Mapping

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
