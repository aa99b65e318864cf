"""The clients to try, as clients.toml names them."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

HERE = Path(__file__).resolve().parent

Door = Literal["stdio", "http"]


class Client(BaseModel):
    """One client. The fields are explained at the head of clients.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    runs: Literal["python", "node", "agent", "bridge", "inspector"]
    package: str
    version: str
    doors: tuple[Door, ...] = ("stdio", "http")
    script: str = ""
    node: int = 0
    settings: Mapping[str, Any] = Field(default_factory=dict[str, Any])
    agent: str = ""
    finds: Mapping[str, Any] = Field(default_factory=dict[str, Any])
    resource: Mapping[str, Any] = Field(default_factory=dict[str, Any])
    prompt: tuple[str, ...] = ()
    window: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    advice: str = ""


def clients() -> dict[str, Client]:
    """Read them all, by name."""
    tables = tomllib.loads((HERE / "clients.toml").read_text(encoding="utf-8"))
    return {name: Client(name=name, **table) for name, table in tables.items()}
