"""What was found so far, in found.toml: written by `prove.py clients --write`, and judged by when it is run again."""

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from client.catalogue import HERE, Door
from client.facts import FEATURES, Findings

FILE = HERE / "found.toml"
_HEAD = "# What `prove.py clients --write` found, by client and transport. It is written by that command alone.\n"

Rows = Mapping[tuple[str, Door], "Row"]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One client by one transport, on one day."""

    version: str
    tried: date
    found: Findings


def read() -> dict[tuple[str, Door], Row]:
    """Read the file; nothing where there is none."""
    text = FILE.read_text(encoding="utf-8") if FILE.exists() else ""
    tables: dict[str, dict[Door, dict[str, Any]]] = tomllib.loads(text)
    return {(name, door): _row(facts) for name, doors in tables.items() for door, facts in doors.items()}


def write(rows: Rows, known: Iterable[str]) -> Rows:
    """Write the file, with clients in the order of the catalogue, and give what it has now."""
    order = list(known)
    known_rows = [key for key in rows if key[0] in order]
    kept = {key: rows[key] for key in sorted(known_rows, key=lambda key: order.index(key[0]))}
    text = "\n".join("\n".join(_lines(name, door, row)) for (name, door), row in kept.items())
    FILE.write_text(f"{_HEAD}\n{text}\n", encoding="utf-8")
    return kept


def merged(before: Row | None, now: Row) -> Row:
    """Keep what was not tried this time, where the version is the same."""
    old: Findings = before.found if before and before.version == now.version else {}
    return Row(version=now.version, tried=now.tried, found={**old, **now.found})


def _row(facts: dict[str, Any]) -> Row:
    found = {name: facts[name] for name in FEATURES if name in facts}
    return Row(version=facts["version"], tried=facts["tried"], found=found)


def _lines(name: str, door: Door, row: Row) -> Iterator[str]:
    yield f"[{name}.{door}]"
    yield f'version = "{row.version}"'
    yield f"tried = {row.tried.isoformat()}"
    for feature in FEATURES:
        if feature in row.found:
            yield f"{feature} = {json.dumps(row.found[feature], ensure_ascii=False)}"
    yield ""
