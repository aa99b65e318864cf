"""What `doctor` says of the journal: whether it can be written, today's money, and which models are left alone."""

from fusion_mcp.cli.doctor.findings import JournalFound, LeftAlone, MoneyFound
from fusion_mcp.engine import Engine


async def look_at_journal(engine: Engine) -> JournalFound:
    """Read the journal, where there is one: looking makes none."""
    settings, journal = engine.settings, engine.journal
    file, store = str(settings.journal_file), settings.config.history.store
    if not settings.journal_file.exists():
        return JournalFound(file=file, store=store, trouble=None, today=None, left_alone=[])
    day, breakers = await journal.today(), await journal.breakers()
    money = MoneyFound(
        spent_usd=day.spent_usd,
        in_doubt_usd=day.in_doubt_usd,
        held_usd=day.held_usd,
        limit_usd=settings.config.limits.max_cost_usd_per_day,
    )
    left_alone = [LeftAlone(model=f"{each.provider}:{each.model}", for_s=each.for_s, why=each.why) for each in breakers]
    return JournalFound(file=file, store=store, trouble=journal.trouble, today=money, left_alone=left_alone)
