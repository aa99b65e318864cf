"""`runs`: lists past runs, or shows, cancels or deletes one."""

import argparse
import json
from collections.abc import Mapping
from datetime import UTC, datetime

import anyio

from fusion_mcp.cleaning import clean, one_line
from fusion_mcp.cli.arguments import UsageError
from fusion_mcp.cli.consent import says_yes, somebody_is_there
from fusion_mcp.cli.exits import OK
from fusion_mcp.cli.streams import say, show
from fusion_mcp.engine import Engine, open_engine
from fusion_mcp.errors import FusionError, FusionFailed, Refused
from fusion_mcp.money import usd
from fusion_mcp.pipeline.keeping import answers_so_far
from fusion_mcp.records import RunRow
from fusion_mcp.render import failure_shape, markdown
from fusion_mcp.settings import load_settings

_QUESTION = 60
_SHOWN = 500
_STATES = {
    "running": "under way",
    "interrupted": "interrupted; asking the same again goes on from here",
    "cancelled": "cancelled; asking the same again goes on from here",
}


def run(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """List runs, or do with one what the options say."""
    if arguments.cancel and arguments.run_id is None:
        raise UsageError("--cancel: name the run, as in: fusion-mcp runs RUN_ID --cancel")
    if arguments.cancel and arguments.purge:
        raise UsageError("--purge: a run is cancelled first and deleted then; give one of --cancel and --purge")
    if arguments.purge and arguments.run_id is None and not arguments.yes:
        _ask_for_all()

    async def told() -> int | FusionError:
        try:
            async with open_engine(load_settings(environ)) as engine:
                return await _told(engine, arguments)
        except FusionError as error:
            return error

    outcome = anyio.run(told)
    if isinstance(outcome, FusionError):
        raise outcome
    return outcome


async def _told(engine: Engine, arguments: argparse.Namespace) -> int:
    if arguments.purge or arguments.cancel:  # a person's to do, and no model's that a run has asked
        await engine.recursion.refuse_caller(tool="runs")
    if arguments.purge:
        return await _purge(engine, arguments.run_id)
    if arguments.cancel:
        return await _cancel(engine, arguments.run_id)
    if arguments.run_id is not None:
        return await _show(engine, arguments.run_id, as_json=arguments.json)
    rows = await engine.journal.recent(arguments.limit)
    show(json.dumps([_shape(row) for row in rows], indent=2, ensure_ascii=False) if arguments.json else _table(rows))
    return OK


def _ask_for_all() -> None:
    """Ask a person who may only have forgotten the run's id. A script that says so means it."""
    if somebody_is_there() and not says_yes("Delete all runs that are over? Nothing brings them back."):
        raise Refused("cancelled", "nothing was deleted")


async def _purge(engine: Engine, run_id: str | None) -> int:
    if run_id is not None and (await _found(engine, run_id)).status == "running":
        raise Refused("invalid_arguments", f"run '{run_id}' is under way: end it first, with --cancel")
    count = await engine.journal.purge(run_id)
    say(f"Deleted: {count} {'run' if count == 1 else 'runs'}. What they cost today still counts for the day's limit.")
    return OK


async def _cancel(engine: Engine, run_id: str) -> int:
    await _found(engine, run_id)
    try:
        result = await engine.cancel(run_id)
    except Refused as refused:
        if refused.reason != "cancelled":
            raise
        say(f"Cancelled. fusion-mcp runs {run_id} shows what it had finished.")
        return OK
    say("It had finished before." if result.status != "running" else "It was told to end, and has not ended yet.")
    return OK


async def _show(engine: Engine, run_id: str, *, as_json: bool) -> int:
    row = await _found(engine, run_id)
    try:
        result = await engine.look(run_id)
    except (FusionFailed, Refused) as error:
        if as_json:
            show(json.dumps({"error": failure_shape(error)}, indent=2, ensure_ascii=False))
        if row.status != "cancelled":
            raise
        if not as_json:
            show(await _unfinished(engine, row))
        return OK
    if as_json:
        show(result.model_dump_json(indent=2))
    elif result.status == "running":
        show(await _unfinished(engine, row))
    else:
        show(markdown(result))
    return OK


async def _found(engine: Engine, run_id: str) -> RunRow:
    row = await engine.journal.find(run_id)
    if row is None:
        raise Refused("invalid_arguments", f"there is no run '{run_id[:_QUESTION]}'; fusion-mcp runs lists them")
    return row


async def _unfinished(engine: Engine, row: RunRow) -> str:
    """Show how a run stands, and what members have answered so far."""
    answers = answers_so_far(await engine.journal.steps(row.id))
    head = f"# Run {row.id}\n\nPreset {row.preset}, begun {_when(row.created_at)} UTC: {_STATES[row.status]}."
    asked = [] if row.question is None else [f"> {one_line(row.question, _SHOWN)}"]
    parts = [
        head,
        *asked,
        f"Cost so far: {_cost(row)}.",
        *(f"## {seat}\n\n{text.strip()}" for seat, text in answers.items()),
    ]
    return clean("\n\n".join([*parts, *([] if answers else ["No member has answered yet."])]))


def _table(rows: list[RunRow]) -> str:
    if not rows:
        return "There are no runs yet."
    cells = [("run", "started (UTC)", "status", "cost", "time", "preset", "question"), *map(_cells, rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]) - 1)]
    lines = [" | ".join([*map(str.ljust, row[:-1], widths), row[-1]]).rstrip() for row in cells]
    lines.insert(1, "-|-".join("-" * width for width in (*widths, len("question"))))
    return clean("\n".join(f"| {line}" for line in lines))


def _cells(row: RunRow) -> tuple[str, ...]:
    return (
        row.id,
        _when(row.created_at),
        row.result_status if row.status in ("finished", "failed") and row.result_status else row.status,
        _cost(row),
        "" if row.seconds is None else f"{row.seconds:.0f} s",
        row.preset,
        one_line(row.question or "(not kept)", _QUESTION),
    )


def _cost(row: RunRow) -> str:
    if row.cost_usd is None:
        return "unknown"
    return usd(row.cost_usd) + ("" if row.cost_is_complete else " + unknown")


def _shape(row: RunRow) -> dict[str, object]:
    return {
        "run_id": row.id,
        "kind": row.kind,
        "preset": row.preset,
        "status": row.status,
        "result_status": row.result_status,
        "started_at": _when(row.created_at),
        "seconds": row.seconds,
        "cost_usd": None if row.cost_usd is None else float(row.cost_usd),
        "cost_is_complete": row.cost_is_complete,
        "question": None if row.question is None else clean(row.question),
    }


def _when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
