"""One client's file, read: its text, how it is written, and who reads it. What is wrong with it is told here."""

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

from fusion_mcp.cli.install import keeping
from fusion_mcp.cli.install.clients import Client, platform_of, project_files, user_files
from fusion_mcp.cli.install.difference import difference
from fusion_mcp.cli.install.documents import DIALECTS, Dialect
from fusion_mcp.cli.install.encoding import Encoding, decode
from fusion_mcp.cli.install.words import Entry, UnreadableError, Wanted
from fusion_mcp.cli.streams import say
from fusion_mcp.errors import ConfigError, Refused

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A client's file as it was read; `shared` is one in a project, which others may read as well."""

    client: Client
    found: keeping.Found
    text: str
    encoding: Encoding
    shared: bool

    @property
    def file(self) -> Path:
        """Where it is, as the client names it."""
        return self.found.file

    @property
    def dialect(self) -> Dialect:
        """How it is read and changed."""
        return DIALECTS[self.client.format]

    def try_to(self, step: Callable[[], T]) -> T:
        """Take a step with the text. Raises ConfigError where that cannot be understood."""
        try:
            return step()
        except UnreadableError as error:
            raise _broken(self.file, error) from None

    def entry(self, want: Wanted) -> Entry | None:
        """Give our entry as it stands there; empty for one that is no table, None where there is none."""
        value: Any = self.try_to(lambda: self.dialect.entry_in(self.text, want))
        return None if value is None else cast("Entry", value) if isinstance(value, dict) else {}

    def write(self, text: str) -> Path | None:
        """Put another text in the file's place, and give the copy of what was there. Raises ConfigError."""
        return keeping.change(self.found, self.encoding.encode(text), shared=self.shared)


def place_of(client: Client, arguments: argparse.Namespace, environ: Mapping[str, str]) -> Path:
    """Say which of a client's files is meant. Raises UsageError for a project that it knows none in."""
    if arguments.project is not None:
        return keeping.choose(project_files(client, Path(arguments.project)))
    return keeping.choose(user_files(client, environ, platform_of(sys.platform)))


def opened(client: Client, arguments: argparse.Namespace, environ: Mapping[str, str]) -> Opened:
    """Read a client's file. Raises ConfigError where it cannot be read."""
    found = keeping.read(place_of(client, arguments, environ))
    try:
        text, encoding = decode(found.raw or b"")
    except UnreadableError as error:
        raise _broken(found.file, error) from None
    return Opened(client=client, found=found, text=text, encoding=encoding, shared=arguments.project is not None)


def agree(document: Opened, after: str, want: Wanted, question: str, *, unasked: bool) -> None:
    """Show a change, and ask the person. Raises Refused for a no, and where there is nobody to ask."""
    from fusion_mcp.cli.consent import says_yes, somebody_is_there  # noqa: PLC0415 it knows the engine, which takes time

    say(difference(document.text, after, str(document.file), document.dialect, want))
    if unasked:
        return
    if not somebody_is_there():
        raise Refused("cancelled", "to be asked needs a terminal. Nothing was changed: look at this, then add --yes")
    if not says_yes(question):
        raise Refused("cancelled", "not confirmed; nothing was changed")


def kept(copy: Path | None) -> str:
    """Say where the copy is."""
    return "" if copy is None else f"; what was there before is in {copy.name} beside it"


def _broken(file: Path, error: UnreadableError) -> ConfigError:
    return ConfigError(f"{file}: {error}. Nothing was changed: mend that, and try again")
