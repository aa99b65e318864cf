"""`install`: a client's file gets our entry, once the person has seen what changes. No key is ever written."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from fusion_mcp.cleaning import listed
from fusion_mcp.cli.exits import OK
from fusion_mcp.cli.install.clients import Client
from fusion_mcp.cli.install.documents import installed
from fusion_mcp.cli.install.launch import launch, this_process
from fusion_mcp.cli.install.opened import Opened, agree, kept, opened, place_of
from fusion_mcp.cli.install.wanting import address_in, fragment, to_fill_in, wanted
from fusion_mcp.cli.install.words import HOME, NAME, Entry, Wanted, is_ours
from fusion_mcp.cli.streams import say, show
from fusion_mcp.errors import Refused
from fusion_mcp.providers.catalog.catalog import builtin, load_catalogue
from fusion_mcp.settings import load_settings

_MOST_NAMED = 5
_DEFAULT = "openrouter"


def install(client: Client, arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Write our entry, or only print it. Raises ConfigError for a file that cannot be used, Refused for a no."""
    keys = _keys(environ)
    want = _wanted(client, keys, environ, shared=arguments.project is not None)
    if arguments.print:
        say(f"This belongs into {place_of(client, arguments, environ)}; nothing was changed.")
        show(fragment(client, want))
        return OK
    document = opened(client, arguments, environ)
    after = _merged(document, want)
    entry: Entry = document.dialect.entry_in(after, want)
    if after == document.text:
        show(f"{client.title} has fusion-mcp already, in {document.file}: nothing is to be done.")
    else:
        question = f"Write this into {client.title}'s configuration?"
        agree(document, after, want, question, unasked=arguments.yes)
        show(f"{client.title} has fusion-mcp now, in {document.file}{kept(document.write(after))}.")
    show(_next(client, keys, entry, environ))
    return OK


def _merged(document: Opened, want: Wanted) -> str:
    entry = document.entry(want) or {}
    if (whose := _whose(entry)) is not None:
        raise Refused(
            "cancelled",
            f"the entry '{NAME}' in {document.file} {whose}. Nothing was changed: give that entry another name, or "
            "take it out.",
        )
    return document.try_to(lambda: installed(document.text, want, document.dialect))


def _whose(entry: Entry) -> str | None:
    """Say what makes an entry somebody else's; None where it may be changed."""
    address = address_in(entry)
    if address is not None:
        return f"names a server by its '{address}', which cannot be started, too"
    if entry.get("command") and not is_ours(entry):
        return "starts another program, which is not ours to change"
    return None


def _wanted(client: Client, keys: Sequence[str], environ: Mapping[str, str], *, shared: bool) -> Wanted:
    home = environ.get(HOME, "").strip()
    variables = {HOME: str(Path(home).absolute())} if home and not shared else {}
    return wanted(client, launch(this_process(environ), anywhere=shared), keys, variables)


def _keys(environ: Mapping[str, str]) -> list[str]:
    """Name the variables that hold a provider's key now; where none does, the default provider's."""
    settings = load_settings(environ)
    catalogue = load_catalogue(settings.config.providers, str(settings.config_file))
    named = (each.api_key_env for each in catalogue.values() if each.agent is None)
    held = dict.fromkeys(name for name in named if name is not None and settings.key(name))
    return list(held) or [str(builtin()[_DEFAULT].api_key_env)]


def _next(client: Client, keys: Sequence[str], entry: Entry, environ: Mapping[str, str]) -> str:
    """Say what the person does next."""
    blank = to_fill_in(client, entry, keys)
    fill = f"Put {_named(blank)} between the quotes there, since {client.title} refers to no variables. "
    missing = [key for key in keys if not environ.get(key, "").strip()]
    unset = f" {_named(missing)} {'is' if len(missing) == 1 else 'are'} not set in this shell."
    told = client.next.replace("{keys}", _named(keys))
    needs = missing and client.keys not in ("asked", "blank")
    return f"{fill if blank else ''}{told}{unset if needs else ''} To see whether all is there: fusion-mcp doctor"


def _named(keys: Sequence[str]) -> str:
    return listed(keys, _MOST_NAMED)
