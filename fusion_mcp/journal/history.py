"""Past runs as people look at them. SQL on a connection."""

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fusion_mcp.records import RunRow

_ROW = """SELECT id, kind, preset, substr(question, 1, ?), status, owner, created_at, result_status, seconds
    FROM runs LEFT JOIN contents ON run_id = id"""
_WHOLE = 1_000_000
_GLIMPSE = 200


def find(connection: sqlite3.Connection, run_id: str, living: Collection[str]) -> RunRow | None:
    """Give one run, with its whole question."""
    rows = connection.execute(f"{_ROW} WHERE id = ?", (_WHOLE, run_id)).fetchall()
    return next(iter(_rows(connection, rows, living)), None)


def recent(connection: sqlite3.Connection, limit: int, living: Collection[str]) -> list[RunRow]:
    """List runs, the latest first, with the beginnings of their questions."""
    latest = f"{_ROW} ORDER BY created_at DESC, runs.rowid DESC LIMIT ?"
    return _rows(connection, connection.execute(latest, (_GLIMPSE, limit)).fetchall(), living)


def content(connection: sqlite3.Connection, run_id: str) -> tuple[str | None, str | None]:
    """Give a run's plan and its result, as far as they are stored."""
    row = connection.execute("SELECT plan, result FROM contents WHERE run_id = ?", (run_id,)).fetchone()
    return row or (None, None)


def _rows(connection: sqlite3.Connection, rows: Sequence[tuple[Any, ...]], living: Collection[str]) -> list[RunRow]:
    costs = _costs(connection, [row[0] for row in rows], living)
    return [
        RunRow(
            id=run_id,
            kind=kind,
            preset=preset,
            question=question,
            status="interrupted" if status == "running" and owner not in living else status,
            created_at=created_at,
            result_status=outcome,
            seconds=seconds,
            cost_usd=costs[run_id].total,
            cost_is_complete=not costs[run_id].unknown,
            in_doubt=costs[run_id].in_doubt,
            on_subscription=costs[run_id].on_subscription > 0,
        )
        for run_id, kind, preset, question, status, owner, created_at, outcome, seconds in rows
    ]


@dataclass
class _Cost:
    sum: Decimal = Decimal(0)
    known: int = 0
    unknown: int = 0
    in_doubt: int = 0
    on_subscription: int = 0

    @property
    def total(self) -> Decimal | None:
        has_no_price = self.unknown or self.on_subscription
        return self.sum if self.known or not has_no_price else None


def _costs(connection: sqlite3.Connection, run_ids: Sequence[str], living: Collection[str]) -> dict[str, _Cost]:
    costs: dict[str, _Cost] = defaultdict(_Cost)
    for run_id in run_ids:
        cost = costs[run_id]
        calls = "SELECT cost, state, owner, on_subscription FROM calls JOIN bills USING (run_id, life, id)"
        for text, state, owner, on_subscription in connection.execute(f"{calls} WHERE run_id = ?", (run_id,)):
            if on_subscription:
                cost.on_subscription += 1
            elif state == "settled" and text is not None:
                cost.known += 1
                cost.sum += Decimal(text)
            else:
                cost.unknown += 1
                cost.in_doubt += state == "doubt" or (state == "open" and owner not in living)
    return costs
