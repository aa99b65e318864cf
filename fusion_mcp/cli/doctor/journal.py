"""What `doctor` says of the journal: whether it can be written, today's money, and which models are left alone."""

from pathlib import Path

from fusion_mcp.cli.doctor.findings import JournalFound, LeftAlone, MoneyFound
from fusion_mcp.cli.doctor.writing import why_not_written
from fusion_mcp.engine import Engine
from fusion_mcp.lineage import holders


async def look_at_journal(engine: Engine) -> JournalFound:
    """Read the journal, where there is one: looking makes none. A locked one is not waited for."""
    settings, journal = engine.settings, engine.journal
    file, store = str(settings.journal_file), settings.config.history.store
    if not settings.journal_file.exists():
        trouble = why_not_written(settings.data_dir)
        return JournalFound(file=file, store=store, trouble=trouble, today=None, left_alone=[])
    journal.hurry()
    day, breakers = await journal.today(), await journal.breakers()
    money = MoneyFound(
        spent_usd=day.spent_usd,
        in_doubt_usd=day.in_doubt_usd,
        held_usd=day.held_usd,
        limit_usd=settings.config.limits.max_cost_usd_per_day,
    )
    left_alone = [LeftAlone(model=f"{each.provider}:{each.model}", for_s=each.for_s, why=each.why) for each in breakers]
    trouble = None
    if journal.trouble is not None:  # SQLite says of a full disk no more than that it cannot be written to
        trouble = why_not_written(settings.data_dir) or f"{journal.trouble}{_held_by(settings.journal_file)}"
    return JournalFound(file=file, store=store, trouble=trouble, today=money, left_alone=left_alone)


def _held_by(file: Path) -> str:
    """Name the processes that have it open: one of them may hang, and only its end frees the file."""
    names = [f"{each.pid} ({each.name})" for each in holders(file)]
    if not names:
        return ""
    what = "process" if len(names) == 1 else "processes"
    return f" It is open in {what} {', '.join(names)}: end one that hangs."
