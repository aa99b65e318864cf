"""Amounts of money in USD as people write and read them: which are taken, and how they are shown. Pure."""

from decimal import Decimal

MOST_USD = 1_000_000
LEAST_USD = Decimal("0.000001")
"""The least that a limit may be."""
MOST_PLACES = 12


def plain_amount(amount: Decimal) -> Decimal:
    """Keep out amounts that no sum and no message has room for, and the sign of nothing. Raises ValueError."""
    exponent = amount.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -MOST_PLACES:
        raise ValueError(f"takes at most {MOST_PLACES} decimal places")
    return amount or Decimal(0)


def spendable(amount: Decimal) -> Decimal:
    """Accept what can be spent. Raises ValueError."""
    if amount < LEAST_USD:
        raise ValueError(f"must be at least {LEAST_USD}, a millionth of a dollar")
    return amount


def limit(amount: Decimal) -> Decimal:
    """Accept an amount as a spending limit. Raises ValueError."""
    if amount.is_finite() and amount > MOST_USD:
        raise ValueError(f"must be at most {MOST_USD:,}")
    return spendable(plain_amount(amount))


def usd(amount: Decimal) -> str:
    """Write a sum of money so that small sums do not look like nothing, and nothing looks like nothing."""
    if amount == 0:
        return "$0"
    if amount < Decimal("0.0001"):
        return "under $0.0001"
    return f"${amount:.2f}" if round(amount, 4) >= 1 else f"${amount:.4f}".rstrip("0")


def exact_usd(amount: Decimal) -> str:
    """Write a limit, or what is held against one, as it was given; of a long fraction four places, or as it takes."""
    written = f"{amount:f}"
    places = max(4, 1 - amount.adjusted()) if amount else 4
    if len(written.partition(".")[2]) > places:
        written = f"{round(amount, places).normalize():f}"
    return f"${written}"
