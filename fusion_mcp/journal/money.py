"""The day's money: what was spent, what may have been, and what live runs hold. SQL on a connection.

Amounts are whole units of 1e-12 USD, rounded up, so that sums are exact. A run's call counts on the day it was opened.
A call at an assumed price counts as long as its run's hold does, and never for the day: nobody knows what it cost.
"""

import sqlite3
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from math import ceil

from fusion_mcp.ledger import Line
from fusion_mcp.records import DayLimit, DayRow

_EPOCH = date(1970, 1, 1).toordinal()
_DAY_S = 86_400
_PLACES = 12
_IN_UNITS = Decimal(1).scaleb(_PLACES)
_MOST_USD = Decimal(100_000)
"""In one amount: more is a provider's nonsense, and would not fit into SQLite's integers."""

_SETTLE = "UPDATE bills SET state = 'settled' WHERE run_id = ? AND life = ? AND id = ?"
_SETTLE_OPEN = f"{_SETTLE} AND state = 'open' AND owner = ? AND day = ?"


def units(amount: Decimal | None) -> int:
    """Give an amount in whole units. Unknown and negative amounts are none."""
    if amount is None or not amount.is_finite() or amount <= 0:
        return 0
    return ceil(min(amount, _MOST_USD) * _IN_UNITS)


def in_usd(amount: int) -> Decimal:
    """Give whole units in USD."""
    return Decimal(amount).scaleb(-_PLACES)


def day_of(now: float) -> str:
    """Name the UTC day of a time in seconds since the epoch."""
    return _named(int(now // _DAY_S))


@lru_cache(maxsize=2)
def _named(days: int) -> str:
    return date.fromordinal(_EPOCH + days).isoformat()


def today(connection: sqlite3.Connection, now: float) -> DayRow:
    """Give the day's money. Holds of the dead count until they are swept."""
    spent, doubt, held = _today(connection, now)
    return DayRow(day=day_of(now), spent_usd=in_usd(spent), in_doubt_usd=in_usd(doubt), held_usd=in_usd(held))


def reserve(connection: sqlite3.Connection, me: str, now: float, run_id: str, amount: int, limit: int) -> None:
    """Hold `amount` for what a run may spend from now on, in place of what it held. Raises DayLimit."""
    left = limit - sum(_today(connection, now, but_for=run_id))
    if amount > left:
        raise DayLimit(in_usd(max(left, 0)))
    hold = "INSERT OR REPLACE INTO holds (run_id, owner, reserved) VALUES (?, ?, ?)"
    connection.execute(hold, (run_id, me, amount))


def release(connection: sqlite3.Connection, me: str, run_id: str) -> None:
    """End a run's hold; its calls that are still open are in doubt."""
    doubt(connection, "run_id = ? AND owner = ?", (run_id, me))
    connection.execute("DELETE FROM holds WHERE run_id = ? AND owner = ?", (run_id, me))


def open_bills(connection: sqlite3.Connection, me: str, now: float, run_id: str, lines: Iterable[Line]) -> None:
    """Enter calls that are about to go out. Their run's hold counts for them."""
    today = day_of(now)
    # Numbers, since sqlite3 asks each bool at length whether it would rather be something else: 3,300 instructions.
    connection.executemany(
        """INSERT OR IGNORE INTO bills (run_id, life, id, owner, day, reserved, is_assumed, state)
        VALUES (?, ?, ?, ?, ?, ?, ?, 'open')""",
        [(run_id, line.life, line.id, me, today, units(line.reserved_usd), int(line.is_assumed)) for line in lines],
    )


def settle(connection: sqlite3.Connection, me: str, now: float, run_id: str, lines: Iterable[Line]) -> None:
    """Enter the bills of calls, each once, whoever carries the run out by now."""
    today = day_of(now)
    spent = silent = 0
    for line in lines:
        mine = (run_id, line.life, line.id, me, today)
        if connection.execute(_SETTLE_OPEN, mine).rowcount:
            spent += units(line.cost_usd)
            silent += _silent(line)
        else:
            _settle_late(connection, me, now, run_id, line)
    _spend(connection, me, today, run_id, spent, silent)


def doubt(connection: sqlite3.Connection, which: str, values: tuple[str, ...]) -> None:
    """Give up waiting for the bills of open calls: `which` is a condition on them."""
    calls = f"SELECT day, reserved * (NOT is_assumed) FROM bills WHERE state = 'open' AND {which}"  # noqa: S608
    doubted = connection.execute(calls, values).fetchall()
    for day, reserved in doubted:
        _count(connection, day, doubt=reserved)
    if doubted:
        connection.execute(f"UPDATE bills SET state = 'doubt' WHERE state = 'open' AND {which}", values)  # noqa: S608


def _settle_late(connection: sqlite3.Connection, me: str, now: float, run_id: str, line: Line) -> None:
    """Enter the bill of a call of another day or owner, or one that was given up, or not entered before."""
    entered = "SELECT day, state, owner FROM bills WHERE run_id = ? AND life = ? AND id = ?"
    key = (run_id, line.life, line.id)
    bill = connection.execute(entered, key).fetchone()
    if bill is None:  # the call could not be entered in time
        open_bills(connection, me, now, run_id, [line])
    day, state, owner = bill or (day_of(now), "open", me)
    if state == "settled":
        return
    cost, silent = units(line.cost_usd), _silent(line)
    if state == "open" and owner == me:
        _spend(connection, me, day, run_id, cost, silent)
    else:
        doubted = units(line.reserved_usd) if state == "doubt" and not line.is_assumed else 0
        _count(connection, day, spent=cost, doubt=silent - doubted)
    connection.execute(_SETTLE, key)


def _silent(line: Line) -> int:
    """What goes on counting of a settled call: where nobody said its usage, it may have cost what was reserved.

    One on a subscription has no price to be told.
    """
    is_told = line.cost_usd is not None or line.is_assumed or line.is_subscription
    return 0 if is_told else units(line.reserved_usd)


def _spend(connection: sqlite3.Connection, me: str, day: str, run_id: str, spent: int, doubt: int) -> None:
    """Count for the day what a run of ours holds no longer."""
    if spent or doubt:
        _count(connection, day, spent=spent, doubt=doubt)
        spend = "UPDATE holds SET settled = settled + ? WHERE run_id = ? AND owner = ?"
        connection.execute(spend, (spent + doubt, run_id, me))


def _count(connection: sqlite3.Connection, day: str, *, spent: int = 0, doubt: int = 0) -> None:
    connection.execute(
        """INSERT INTO days (day, spent, doubt) VALUES (?1, ?2, max(?3, 0)) ON CONFLICT (day) DO UPDATE
        SET spent = spent + ?2, doubt = max(doubt + ?3, 0)""",
        (day, spent, doubt),
    )


def _today(connection: sqlite3.Connection, now: float, but_for: str = "") -> tuple[int, int, int]:
    """Give what was spent, what may have been, and what all runs hold but for one."""
    return connection.execute(
        """SELECT ifnull(max(spent), 0), ifnull(max(doubt), 0),
        (SELECT ifnull(sum(max(reserved - settled, 0)), 0) FROM holds WHERE run_id != ?) FROM days WHERE day = ?""",
        (but_for, day_of(now)),
    ).fetchone()
