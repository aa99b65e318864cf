"""What a person is told when they have interrupted a run: what it has cost, and how to get at what it had finished."""

from fusion_mcp.money import usd
from fusion_mcp.records import RunRow


def parting_words(row: RunRow | None) -> str:
    """Say it in one line. `row` is the run as the journal has it, None where it had not begun."""
    if row is None:
        return "Nothing was spent."
    if row.status == "finished":
        return f"The run had finished: fusion-mcp runs {row.id} shows it."
    if row.status == "running":
        return f"The run goes on in another process: fusion-mcp runs {row.id} --cancel ends it."
    again = "the same question goes on from there" if row.question is not None else "nothing of it is kept"
    return f"{_spent(row)} What was finished is shown by: fusion-mcp runs {row.id}; {again}."


def _spent(row: RunRow) -> str:
    doubt = ""
    if row.in_doubt:
        calls = "one call was" if row.in_doubt == 1 else f"{row.in_doubt} calls were"
        doubt = f" ({calls} cut off, and may be billed besides)"
    if row.cost_usd is None:
        return f"What was spent is not known{doubt}."
    known = "" if row.cost_is_complete or row.in_doubt else " as far as is known"
    return f"Spent{known}: {usd(row.cost_usd)}{doubt}."
