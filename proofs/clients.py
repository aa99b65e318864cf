"""Proof: real clients connect, ask, see progress, outlast their time-outs, cancel, and read what there is to read.

Installs them from their registries into .cache/clients/ and .cache/agents/, in the versions of client/clients.toml, and
tries each over stdio and Streamable HTTP against scripted models: SDKs and adapters by scripts of ours, agents by their
own programs. Prints a table; with --write, docs/clients.md and client/found.toml get it. Exits with 1 when something
that held does not hold any more. A client that cannot be installed is told and left out. Linux and macOS only.

    python3 scripts/prove.py clients [all | CLIENTS] [--patient] [--write]
"""

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from client.catalogue import Client, Door, clients
from client.facts import FEATURES, lost, verdict
from client.page import DOCUMENT, written
from client.places import Place, place
from client.record import Row, merged, read, write
from client.trying import Trial, tried
from tables import conclude, show

USUAL = ("python-sdk-2", "typescript-sdk-2")
AT_ONCE = 2


def main() -> None:
    """Try every client that is asked for, and judge it by what held before."""
    known = clients()
    arguments = _arguments(known)
    names = list(known) if "all" in arguments.clients else arguments.clients or USUAL
    before = read()
    places = _installed([known[name] for name in names])
    rows = _try_all([known[name] for name in names if name in places], places, patiently=arguments.patient)
    _report(rows)
    faults = [f"{name}, {door}: {one}" for (name, door), row in rows.items() for one in _lost(before, name, door, row)]
    if arguments.write:
        kept = write(before | {key: merged(before.get(key), row) for key, row in rows.items()}, known)
        DOCUMENT.write_text(written(DOCUMENT.read_text(encoding="utf-8"), kept, known), encoding="utf-8")
    conclude(faults, f"{len(rows)} ways to connect, {len(names) - len(places)} clients left out")


def _arguments(known: Iterable[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="prove.py clients")
    parser.add_argument("clients", nargs="*", choices=[*known, "all", []], help=f"which, instead of {', '.join(USUAL)}")
    parser.add_argument("--patient", action="store_true", help="try a run of 70 s, too, with everything at its default")
    parser.add_argument("--write", action="store_true", help="keep what was found, and write docs/clients.md")
    return parser.parse_args()


def _installed(chosen: Iterable[Client]) -> dict[str, Place]:
    """Install all, one after the other; those that cannot be are absent, and have been told."""
    places: dict[str, Place] = {}
    for client in chosen:
        try:
            places[client.name] = place(client)
        except SystemExit:
            print(f"{client.title} is left out.", file=sys.stderr)
    return places


def _try_all(chosen: Sequence[Client], places: Mapping[str, Place], *, patiently: bool) -> dict[tuple[str, Door], Row]:
    today = datetime.now(UTC).date()
    trials = [Trial(client, places[client.name], door) for client in chosen for door in client.doors]

    def one(trial: Trial) -> Row:
        found = tried(trial, patiently=patiently)
        print(f"{trial.client.name}, {trial.door}: {found}", file=sys.stderr, flush=True)
        return Row(version=trial.client.version, tried=today, found=found)

    with ThreadPoolExecutor(AT_ONCE) as at_once:
        rows = list(at_once.map(one, trials))
    return {(trial.client.name, trial.door): row for trial, row in zip(trials, rows, strict=True)}


def _lost(before: Mapping[tuple[str, Door], Row], name: str, door: Door, row: Row) -> Iterable[str]:
    known = before.get((name, door))
    return lost(known.found, row.found) if known else ()


def _report(rows: Mapping[tuple[str, Door], Row]) -> None:
    head = ("client", "by", *FEATURES)
    cells = ((name, door, *(verdict(row.found.get(one, "")) for one in FEATURES)) for (name, door), row in rows.items())
    show(head, cells)


if __name__ == "__main__":
    main()
