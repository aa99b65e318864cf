"""The closed list of backends, with the person's own settings laid over what ships. Data in, values out.

To add one: its file, its table in backends.toml, its name in `config.SearchBackend` and, where it speaks HTTP, its line
in `DIALECTS`.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from fusion_mcp.config import Web
from fusion_mcp.tools.search import brave, exa, searxng, tavily
from fusion_mcp.tools.search.dialect import Dialect, Place

LIBRARY = "ddgs"
"""The one backend that is a library instead of an HTTP interface."""

DIALECTS: Mapping[str, Dialect] = {
    "searxng": searxng.DIALECT,
    "brave": brave.DIALECT,
    "tavily": tavily.DIALECT,
    "exa": exa.DIALECT,
}


class Shipped(BaseModel):
    """A table of backends.toml, at whose head the fields are explained."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    url: str | None = None
    key: str | None = None
    usd_per_search: Decimal | None = None
    priced: str = ""


@dataclass(frozen=True, kw_only=True)
class Backend:
    """One backend as it is configured here.

    `url` is None for the library, and for one whose address nobody has named; `has_own_url`: the person named it.
    `key_variable` is None where no key is sent. What bills nobody is `free`; `usd_per_search` is None also where nobody
    knows the price.
    """

    name: str
    title: str
    url: str | None
    has_own_url: bool
    key_variable: str | None
    free: bool
    usd_per_search: Decimal | None

    def lack(self, key_of: Callable[[str], str | None]) -> str | None:
        """Say what this backend cannot be asked without, as an order to the person; None where it has everything."""
        if self.url is None and self.name != LIBRARY:
            return f"set web.{self.name}_url in config.toml"
        if self.key_variable is None:
            return None
        key = key_of(self.key_variable)
        if key is None:
            return f"set the environment variable {self.key_variable} to its key"
        if not (key.isascii() and key.isprintable()):
            return f"copy the key in {self.key_variable} again: it has a character that no key has"
        return None

    def place(self, key_of: Callable[[str], str | None]) -> Place:
        """Say where to send a request and with which key."""
        return Place(url=self.url or "", key=key_of(self.key_variable) if self.key_variable else None)


@cache
def shipped() -> Mapping[str, Shipped]:
    """The backends that ship, by name."""
    text = files("fusion_mcp.tools.search").joinpath("backends.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text, parse_float=Decimal)
    return {name: Shipped.model_validate(table) for name, table in tables.items()}


def configured(web: Web, catalogue: Mapping[str, Shipped]) -> tuple[Backend, ...]:
    """Give the backends that the person named, in their order."""
    return tuple(_laid_over(name, catalogue[name], web) for name in web.search)


def _laid_over(name: str, built_in: Shipped, web: Web) -> Backend:
    own_url: str | None = getattr(web, f"{name}_url", None)
    own_variable: str | None = getattr(web, f"{name}_api_key_env", None)
    # Another address is another service: neither the built-in key nor the list price goes with it.
    price, key = (built_in.usd_per_search, built_in.key) if own_url is None else (None, None)
    return Backend(
        name=name,
        title=built_in.title,
        url=own_url or built_in.url,
        has_own_url=own_url is not None,
        key_variable=own_variable or key,
        free=built_in.usd_per_search is None,
        usd_per_search=price,
    )
