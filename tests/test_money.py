"""How amounts of money are shown to people."""

from decimal import Decimal

import pytest

from fusion_mcp.money import exact_usd, usd


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("0", "$0"),
        ("0.00000001", "under $0.0001"),
        ("0.00042", "$0.0004"),
        ("0.05", "$0.05"),
        ("0.12345", "$0.1234"),
        ("0.99996", "$1.00"),
        ("1.005", "$1.00"),
        ("12.5", "$12.50"),
    ],
)
def test_small_sums_do_not_look_like_nothing(amount: str, written: str) -> None:
    assert usd(Decimal(amount)) == written


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("0", "$0"),
        ("0E-12", "$0"),
        ("2.00", "$2.00"),
        ("1.2", "$1.2"),
        ("0.000001", "$0.000001"),
        ("1E+2", "$100"),
        ("0.001234567891", "$0.0012"),
        ("0.000000123456", "$0.00000012"),
        ("0.500000000000", "$0.5"),
    ],
)
def test_a_limit_is_shown_as_it_was_given_and_what_was_reckoned_without_its_tail(amount: str, written: str) -> None:
    assert exact_usd(Decimal(amount)) == written
