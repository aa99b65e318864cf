"""Which amounts of money are taken from people, in a file, a call or on a command line. Pure bounds, in USD."""

from decimal import Decimal

MOST_USD = 1_000_000
LEAST_USD = Decimal("0.000001")
"""The least that a limit may be."""
MOST_PLACES = 12


def plain_amount(usd: Decimal) -> Decimal:
    """Keep out amounts that no sum and no message has room for, and the sign of nothing. Raises ValueError."""
    exponent = usd.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -MOST_PLACES:
        raise ValueError(f"takes at most {MOST_PLACES} decimal places")
    return usd or Decimal(0)


def spendable(usd: Decimal) -> Decimal:
    """Accept what can be spent. Raises ValueError."""
    if usd < LEAST_USD:
        raise ValueError(f"must be at least {LEAST_USD}, a millionth of a dollar")
    return usd


def limit(usd: Decimal) -> Decimal:
    """Accept an amount as a spending limit. Raises ValueError."""
    if usd.is_finite() and usd > MOST_USD:
        raise ValueError(f"must be at most {MOST_USD:,}")
    return spendable(plain_amount(usd))
