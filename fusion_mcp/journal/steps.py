"""What a run has finished, and which calls it made. SQL on a connection; what calls cost the day is `money`'s."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from pydantic_core import to_json

from fusion_mcp.cleaning import with_whole_characters
from fusion_mcp.ledger import Line
from fusion_mcp.types import ModelRef, Usage


def keep(connection: sqlite3.Connection, run_id: str, finished: Mapping[str, str]) -> None:
    """Keep the outcomes of steps, by their keys."""
    if not finished:
        return
    connection.executemany(
        "INSERT OR REPLACE INTO steps (run_id, key, value) VALUES (?, ?, ?)",
        [(run_id, with_whole_characters(key), with_whole_characters(value)) for key, value in finished.items()],
    )


def drop(connection: sqlite3.Connection, run_id: str) -> None:
    """Delete the steps of a run that is not to be taken up again: they are not needed any more."""
    connection.execute("DELETE FROM steps WHERE run_id = ?", (run_id,))


def kept(connection: sqlite3.Connection, run_id: str) -> dict[str, str]:
    """Give every step by its key."""
    return dict(connection.execute("SELECT key, value FROM steps WHERE run_id = ?", (run_id,)).fetchall())


def excuse(connection: sqlite3.Connection, me: str, run_id: str, *, all_lives: bool) -> None:
    """Let calls without a bill count for no step, so that they may be made again.

    Those in flight were cut off on purpose; in a run that has failed, whoever asks again knows of `all_lives`' calls.
    """
    connection.execute(
        """UPDATE calls SET step = '' WHERE run_id = ? AND (life, id) IN
        (SELECT life, id FROM bills WHERE run_id = calls.run_id AND state != 'settled' AND (? OR
        (owner = ? AND state = 'open')))""",
        (run_id, all_lives, me),
    )


def write_calls(connection: sqlite3.Connection, run_id: str, lines: Iterable[Line]) -> None:
    """Write down what calls are. What they cost is not known yet."""
    connection.executemany(
        """INSERT OR REPLACE INTO calls (run_id, id, stage, seat, model, step, life, reserved, usage)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        [
            (
                run_id,
                line.id,
                line.stage,
                with_whole_characters(line.seat),
                with_whole_characters(str(line.model)),
                with_whole_characters(line.step),
                line.life,
                _text(line.reserved_usd),
                _usage(line),
            )
            for line in lines
        ],
    )


def write_costs(connection: sqlite3.Connection, run_id: str, lines: Sequence[Line]) -> None:
    """Write down what calls that are known have cost, and all of those that are not."""
    costs = "UPDATE calls SET usage = ?, cost = ?, on_subscription = ? WHERE run_id = ? AND life = ? AND id = ?"
    rows = [
        (_usage(line), _text(line.cost_usd), int(line.is_subscription), run_id, line.life, line.id) for line in lines
    ]
    if connection.executemany(costs, rows).rowcount < len(lines):
        write_calls(connection, run_id, lines)
        connection.executemany(costs, rows)


def lines(connection: sqlite3.Connection, run_id: str) -> list[Line]:
    """Give every call of a run, in the order in which they went out."""
    rows = connection.execute(
        """SELECT id, stage, seat, model, step, life, usage, cost, calls.reserved, is_assumed, state = 'settled',
        on_subscription
        FROM calls JOIN bills USING (run_id, life, id) WHERE run_id = ? ORDER BY id, life""",
        (run_id,),
    )
    return [
        Line(
            id=number,
            stage=stage,
            seat=seat,
            model=ModelRef.parse(model),
            step=step,
            life=life,
            usage=Usage(**json.loads(usage)),
            cost_usd=_amount(cost),
            reserved_usd=_amount(reserved),
            is_assumed=bool(is_assumed),
            settled=bool(settled),
            is_recorded=True,
            is_subscription=bool(on_subscription),
        )
        for number, stage, seat, model, step, life, usage, cost, reserved, is_assumed, settled, on_subscription in rows
    ]


def _usage(line: Line) -> str:
    return to_json(vars(line.usage)).decode()


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
