"""What `doctor` finds in the clients' own configurations: whether what they start is there. Reads, and writes nothing.

A client whose program is not there says no more than that a server failed, and the person looks for the fault here.
"""

import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from fusion_mcp.cli.doctor.findings import ClientFound
from fusion_mcp.cli.install.clients import Client, clients, platform_of, user_files
from fusion_mcp.cli.install.documents import DIALECTS
from fusion_mcp.cli.install.encoding import decode
from fusion_mcp.cli.install.keeping import choose, read
from fusion_mcp.cli.install.wanting import address_in
from fusion_mcp.cli.install.words import Entry, UnreadableError, is_ours
from fusion_mcp.errors import ConfigError
from fusion_mcp.providers.catalog.catalog import builtin, needs_of
from fusion_mcp.providers.catalog.misnamed import misnamed_keys

_OURS = (b"fusion-mcp", b"fusion_mcp")


def look_at_clients(environ: Mapping[str, str]) -> list[ClientFound]:
    """Look into the person's own configuration of every client that `install` knows."""
    platform = platform_of(sys.platform)
    found: list[ClientFound] = []
    for client in clients().values():
        try:
            file = choose(user_files(client, environ, platform))
            raw = read(file).raw or b""
        except (ConfigError, RuntimeError):
            continue  # what cannot be read may not be about us at all; nor is there always a home folder
        if any(name in raw for name in _OURS):
            found.extend(_in_file(client, file, raw, environ))
    return found


def _in_file(client: Client, file: Path, raw: bytes, environ: Mapping[str, str]) -> Iterator[ClientFound]:
    try:
        value = DIALECTS[client.format].value_of(decode(raw)[0])
    except UnreadableError as error:
        why = f"it cannot be read ({error}), so {client.title} starts nothing from it: correct that"
        yield ClientFound(client=client.name, title=client.title, file=str(file), program=None, keys=[], to_mend=[why])
        return
    for step in client.servers:
        value = _table(value).get(step)
    for entry in map(_table, _table(value).values()):
        if is_ours(entry) and address_in(entry) is None:
            yield _looked_at(client, file, entry, environ)


def _looked_at(client: Client, file: Path, entry: Entry, environ: Mapping[str, str]) -> ClientFound:
    program, *rest = _words(entry.get("command")) + _words(entry.get("args")) or [""]
    variables = {name: value for name, value in _table(entry.get(client.variables)).items() if isinstance(value, str)}
    search = variables.get("PATH") or environ.get("PATH", "")
    keys = [name for name in needs_of(builtin().values()).values() if name and variables.get(name)]
    return ClientFound(
        client=client.name,
        title=client.title,
        file=str(file),
        program=program,
        keys=sorted({*keys, *_words(entry.get("env_vars"))}),
        to_mend=[
            *_about_program(program, search),
            *_about_package(program, rest),
            *_about_arguments(rest),
            *_about_keys(variables),
        ],
    )


def _about_package(program: str, arguments: Sequence[str]) -> Iterator[str]:
    """The program and its distribution have different names, and the index has a stranger's package of ours."""
    runs = Path(program).stem in ("uvx", "pipx", "uv") and "fusion-mcp" in arguments
    if runs and not any("fusion-mcp-server" in each for each in arguments):
        yield (
            "it would run the package fusion-mcp, a stranger's: the distribution is fusion-mcp-server, so "
            "run fusion-mcp install again"
        )


def _about_program(program: str, search: str) -> Iterator[str]:
    path = Path(program)
    if path.is_absolute():
        if not _is_there(path):
            yield f"it starts {program}, which is not there: correct the path, or run fusion-mcp install again"
        elif shutil.which(program) is None:
            yield f"it starts {program}, which is not a program: correct the path"
    elif len(path.parts) > 1:
        yield f"it starts {program}: write the whole path, since clients start programs in folders of their own"
    elif shutil.which(program, path=search) is None:
        how = "install uv, or write the whole path of uvx" if path.stem in ("uv", "uvx") else "write its whole path"
        yield f"it starts '{program}', which is not on the PATH: {how}"


def _about_arguments(arguments: list[str]) -> Iterator[str]:
    for word in arguments:
        if Path(word).is_absolute() and not _is_there(Path(word)):
            yield f"it names {word}, which is not there: correct the path"


def _about_keys(variables: Mapping[str, str]) -> Iterator[str]:
    providers = builtin().values()
    for variable, near in misnamed_keys(variables, providers).items():
        yield f"it sets {near}, but the key is looked for in {variable}: rename it"
    for variable in filter(None, needs_of(providers).values()):
        if variable in variables and not variables[variable].strip():
            yield f"{variable} is empty in it: write the key there, or leave the variable out"


def _is_there(path: Path) -> bool:
    """Whether it is; of what may not be looked at nothing is said."""
    try:
        return path.exists()
    except OSError:
        return True


def _words(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    listed = cast("list[object]", value) if isinstance(value, list) else []
    return [word for word in listed if isinstance(word, str)]


def _table(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}
