"""What is to stand in one client's configuration: how it starts us, and which keys it hands over, by name. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from fusion_mcp.cli.install.clients import Client
from fusion_mcp.cli.install.jsonc import splice as json_splice
from fusion_mcp.cli.install.launch import Launch
from fusion_mcp.cli.install.toml import splice as toml_splice
from fusion_mcp.cli.install.words import NAME, Entry, Wanted

_INPUT = "fusion-"


def wanted(client: Client, launch: Launch, keys: Sequence[str], variables: Mapping[str, str]) -> Wanted:
    """Put it together. `keys` are names of variables that hold keys; `variables` are no secrets, and written out."""
    program, *rest = launch.command
    command = {"command": [program, *rest]} if client.command == "one-list" else {"command": program, "args": rest}
    environ = {**_references(client, keys), **launch.environ, **variables}
    entry: dict[str, Any] = {**client.first, **command}
    if client.keys == "list":
        entry["env_vars"] = list(keys)
    if environ:
        entry[client.variables] = environ
    entry |= client.last
    inputs = [_input(key) for key in keys] if client.keys == "asked" else []
    return Wanted(path=client.servers, entry=entry, inputs=inputs, keys=frozenset(keys))


def fragment(client: Client, want: Wanted) -> str:
    """Write what belongs into the client's file, for a person who puts it there."""
    if client.format == "toml":
        return toml_splice.table(want.place, want.entry)
    document: dict[str, Any] = {"inputs": [dict(each) for each in want.inputs]} if want.inputs else {}
    inner: Any = {NAME: dict(want.entry)}
    for name in reversed(want.path):
        inner = {name: inner}
    return json_splice.rendered(document | inner, newline="\n", unit="  ") + "\n"


def address_in(entry: Entry) -> str | None:
    """Give the field by which an entry names an address, where it is one of a server that is not started."""
    return next((name for name in ("url", "httpUrl", "serverUrl") if entry.get(name)), None)


def to_fill_in(client: Client, entry: Entry, keys: Sequence[str]) -> list[str]:
    """Name the keys that the person has to write into an entry."""
    given = _variables(client, entry)
    return [key for key in keys if client.keys == "blank" and not given.get(key)]


def asked_in(client: Client, entry: Entry) -> list[str]:
    """Name the keys for which an entry has the client ask the person."""
    return [key for key, value in _variables(client, entry).items() if value == f"${{input:{_INPUT}{key}}}"]


def _variables(client: Client, entry: Entry) -> Mapping[str, Any]:
    table = entry.get(client.variables)
    return cast("Mapping[str, Any]", table) if isinstance(table, dict) else {}


def _references(client: Client, keys: Sequence[str]) -> dict[str, str]:
    match client.keys:
        case "list" | "inherited":
            return {}
        case "blank":
            return dict.fromkeys(keys, "")
        case "asked":
            return {key: f"${{input:{_INPUT}{key}}}" for key in keys}
        case form:
            return {key: form.replace("NAME", key) for key in keys}


def _input(key: str) -> Entry:
    return {"type": "promptString", "id": f"{_INPUT}{key}", "description": f"{key} for fusion-mcp", "password": True}
