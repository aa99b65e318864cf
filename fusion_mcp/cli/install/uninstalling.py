"""`uninstall`: our entry goes out of a client's file; where nothing else has changed since, to the very byte."""

import argparse
from collections.abc import Mapping
from typing import cast

from fusion_mcp.cli.exits import OK
from fusion_mcp.cli.install import keeping
from fusion_mcp.cli.install.clients import Client
from fusion_mcp.cli.install.documents import became, uninstalled
from fusion_mcp.cli.install.encoding import decode
from fusion_mcp.cli.install.launch import Launch
from fusion_mcp.cli.install.opened import Opened, agree, kept, opened
from fusion_mcp.cli.install.wanting import asked_in, wanted
from fusion_mcp.cli.install.words import HOME, NAME, REFERENCE, Entry, UnreadableError, Wanted, is_ours
from fusion_mcp.cli.streams import show
from fusion_mcp.errors import Refused

_ANY = Launch(command=("fusion-mcp",))


def uninstall(client: Client, arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Take our entry out. Raises ConfigError for a file that cannot be used, Refused for a no or another's entry."""
    document = opened(client, arguments, environ)
    entry = document.entry(wanted(client, _ANY, (), {}))
    if entry is None:
        show(f"{client.title} has no entry '{NAME}' in {document.file}: there is nothing to take out.")
        return OK
    if not is_ours(entry):
        raise Refused(
            "cancelled",
            f"the entry '{NAME}' in {document.file} does not start fusion-mcp, so it is not ours to take out. "
            "Nothing was changed.",
        )
    want = wanted(client, _ANY, asked_in(client, entry), {})
    after = _without(document, want)
    question = f"Take it out of {client.title}'s configuration?"
    agree(document, after or "", want, question, unasked=arguments.yes)
    if after is None:
        copy = keeping.delete(document.found, keep=_has_a_key(client, entry))
        show(f"{document.file} held nothing else, and is gone{kept(copy)}. Restart {client.title}.")
    else:
        copy = document.write(after)
        show(f"{client.title} has fusion-mcp no more; it was in {document.file}{kept(copy)}. Restart {client.title}.")
    return OK


def _has_a_key(client: Client, entry: Entry) -> bool:
    """Tell whether the person has written a value into it that would be lost."""
    variables = entry.get(client.variables)
    values = cast("dict[str, object]", variables).items() if isinstance(variables, dict) else ()
    return any(
        name != HOME and isinstance(value, str) and value and not REFERENCE.fullmatch(value) for name, value in values
    )


def _without(document: Opened, want: Wanted) -> str | None:
    """Give the text without our entry; None where the file was made for it."""
    copies = [text for text in map(_text, keeping.copies(document.file)) if text is not None]
    if not copies and document.try_to(lambda: became("", document.text, want, document.dialect)):
        return None
    return document.try_to(lambda: uninstalled(document.text, want, document.dialect, copies))


def _text(raw: bytes) -> str | None:
    try:
        return decode(raw)[0]
    except UnreadableError:
        return None
