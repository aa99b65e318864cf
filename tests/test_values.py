"""Values: as frozen dataclasses are, but for what the type checker sees to."""

from dataclasses import field, replace
from functools import cached_property

import pytest

from fusion_mcp.values import changed, value, worked_out


@value
class Fruit:
    name: str
    grams: int = 0
    seen: list[str] = field(default_factory=list[str], compare=False)

    @cached_property
    def pounds(self) -> float:
        return self.grams / 500


def test_values_with_the_same_fields_are_the_same_key() -> None:
    assert {Fruit(name="plum", seen=["tree"]): 1}[Fruit(name="plum")] == 1
    assert Fruit(name="plum") != Fruit(name="plum", grams=5)


def test_a_value_that_changes_is_another_one() -> None:
    plum = Fruit(name="plum")
    assert replace(plum, grams=5) == Fruit(name="plum", grams=5)
    assert plum.grams == 0


def test_a_changed_value_differs_in_what_was_changed_alone_and_knows_no_other_fields() -> None:
    plum = Fruit(name="plum", seen=["tree"])
    ripe = changed(plum, grams=5)
    assert (ripe, ripe.seen) == (Fruit(name="plum", grams=5), ["tree"])
    assert plum.grams == 0
    with pytest.raises(TypeError):
        changed(plum, colour="blue")


def test_a_changed_value_works_out_anew_what_the_one_before_had_worked_out() -> None:
    plum = Fruit(name="plum", grams=5)
    assert (plum.pounds, changed(plum, grams=1000).pounds) == (0.01, 2)


def test_what_is_worked_out_is_worked_out_once_and_is_no_part_of_the_value() -> None:
    looks: list[int] = []

    @value
    class Square:
        side: int

        @worked_out
        def area(self) -> int:
            looks.append(self.side)
            return self.side**2

    square = Square(side=3)
    assert square.area == square.area == 9
    assert looks == [3]
    assert square == Square(side=3)
    assert changed(square, side=4).area == 16
