"""Which models are left alone for a while, as all processes see it. SQL on a connection."""

import sqlite3

from fusion_mcp.cleaning import with_whole_characters
from fusion_mcp.records import BreakerRow


def note(connection: sqlite3.Connection, now: float, breaker: BreakerRow) -> None:
    """Write down that a model is left alone from now on."""
    connection.execute(
        "INSERT OR REPLACE INTO breakers (provider, model, open_until, why) VALUES (?, ?, ?, ?)",
        (
            with_whole_characters(breaker.provider),
            with_whole_characters(breaker.model),
            now + breaker.for_s,
            with_whole_characters(breaker.why),
        ),
    )


def clear(connection: sqlite3.Connection, provider: str, model: str) -> None:
    """A model answers again."""
    connection.execute(
        "DELETE FROM breakers WHERE provider = ? AND model = ?",
        (with_whole_characters(provider), with_whole_characters(model)),
    )


def still_open(connection: sqlite3.Connection, now: float) -> list[BreakerRow]:
    """List the models that are left alone now."""
    rows = connection.execute(
        "SELECT provider, model, open_until, why FROM breakers WHERE open_until > ? ORDER BY provider, model", (now,)
    )
    return [
        BreakerRow(provider=provider, model=model, for_s=open_until - now, why=why)
        for provider, model, open_until, why in rows
    ]
