"""What a preset is measured against: its members alone, and the strongest one several times for the same money."""

from collections.abc import Sequence
from decimal import Decimal

import pytest

from fusion_mcp.evaluation.asking.configurations import NoSuchMember, configurations
from fusion_mcp.evaluation.records import Configuration
from fusion_mcp.presets.schema import Preset
from fusion_mcp.types import ModelRef

PRICES = {"work:dear": Decimal(8), "work:fair": Decimal(3), "work:cheap": Decimal(1)}


def preset(
    name: str = "trio", panel: Sequence[str] = ("work:fair", "work:dear", "work:cheap"), **keys: object
) -> Preset:
    seats = [{"model": model} for model in panel]
    read = Preset.model_validate({"panel": seats, "judge": {"model": "work:judge"}, **keys})
    return read.model_copy(update={"name": name})


def price_of(model: ModelRef) -> Decimal | None:
    return PRICES.get(str(model))


def cost_of(asked: Preset) -> Decimal | None:
    prices = [price_of(member.model) for member in asked.panel]
    return None if None in prices else sum(filter(None, prices), start=Decimal(0))


def made(*presets: Preset, **given: object) -> tuple[Configuration, ...]:
    return configurations(presets, **{"cost_of": cost_of, "price_of": price_of, **given})  # pyright: ignore[reportArgumentType]


def names(found: Sequence[Configuration]) -> list[str]:
    return [each.name for each in found]


def test_each_member_alone_and_the_dearest_one_several_times_always_run() -> None:
    found = made(preset())
    assert names(found) == ["trio", "solo work:fair", "solo work:dear", "solo work:cheap", "self work:dear x2"]
    assert [each.role for each in found] == ["fusion", "solo", "solo", "solo", "self"]
    assert "2 times, its dearest member" in found[-1].note


def test_a_member_alone_keeps_its_seat_and_nobody_works_on_its_answer() -> None:
    whole = preset(tools=["web_search"], verifier={"model": "work:fair"}, gate=True, deadline_s=9)
    alone = made(whole)[1].preset
    assert alone.panel == whole.panel[:1]
    assert (alone.tools, alone.deadline_s, alone.quorum) == (("web_search",), 9, 1)
    assert (alone.verifier, alone.gate, alone.triage) == (None, False, "off")


def test_the_strongest_is_asked_as_often_as_the_presets_money_pays_for() -> None:
    [several] = made(preset(panel=["work:cheap"] * 1 + ["work:dear", "work:dear"]), only=["self"])
    assert several.name == "self work:dear x2"
    [several] = made(preset(), strongest=ModelRef.parse("work:cheap"), only=["self"])
    assert several.name == "self work:cheap x8", "eight is the most that a panel seats"
    assert several.preset.judge == preset().judge
    assert "as you said" in several.note


def test_where_even_two_are_dearer_than_the_preset_that_is_said() -> None:
    [several] = made(preset(panel=["work:dear", "work:cheap"]), only=["self"])
    assert several.name == "self work:dear x2"
    assert "even this may cost more than the preset" in several.note


@pytest.mark.parametrize("price", [None, Decimal(0)], ids=["unknown", "free"])
def test_without_prices_it_is_asked_as_often_as_the_panel_has_seats(price: Decimal | None) -> None:
    def same(_: object) -> Decimal | None:
        return price

    [several] = made(preset(), only=["self"], price_of=same, cost_of=same)
    assert several.name == "self work:fair x3"
    assert "do not tell them apart" in several.note


def test_only_what_is_asked_for_runs() -> None:
    assert names(made(preset(), only=["fusion"])) == ["trio"]


def test_what_two_presets_share_is_asked_once() -> None:
    duo = preset("duo", ["work:dear", "work:fair"], judge={"model": "work:other"})
    found = names(made(preset(), duo))
    assert found.count("solo work:dear") == 1
    assert "duo" in found
    assert "self work:dear x2 #2" in found, "another judge makes it another configuration"


def test_one_model_under_two_lenses_is_two_members() -> None:
    base = preset(panel=["work:fair", "work:fair"])
    seats = tuple(member.model_copy(update={"lens": lens}) for member, lens in zip(base.panel, ("a", "b"), strict=True))
    found = made(base.model_copy(update={"panel": seats}), only=["solo"])
    assert names(found) == ["solo work:fair", "solo work:fair #2"]
    assert [each.preset.name for each in found] == names(found)


def test_a_panel_of_one_model_several_times_is_not_asked_twice() -> None:
    assert names(made(preset(panel=["work:fair"] * 3))) == ["trio", "solo work:fair"]


def test_a_strongest_member_that_nobody_seats_is_refused_with_those_that_are() -> None:
    with pytest.raises(NoSuchMember, match="work:other is no member; the members are work:fair, work:dear, work:cheap"):
        made(preset(), strongest=ModelRef.parse("work:other"))


def test_a_configuration_survives_being_written_down() -> None:
    for each in made(preset(dated="2026-11-01", max_cost_usd=0.5, excluded_domains=["example.org"])):
        assert Configuration.model_validate_json(each.model_dump_json()) == each
