"""What pyproject.toml says of the project, and the names that follow from it."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fusion_mcp import __version__

ROOT = Path(__file__).resolve().parents[1]
SERVER = "fusion"
"""What clients call the server in their configurations."""
TITLE = "Fusion"
PLACEHOLDER = "OWNER"
"""Stands in the addresses of pyproject.toml as long as the repository has no public home."""


class Urls(BaseModel):
    """The addresses, by the labels that the package index knows."""

    model_config = ConfigDict(frozen=True)

    repository: str = Field(alias="Repository")
    documentation: str = Field(alias="Documentation")
    issues: str = Field(alias="Issues")
    privacy: str = Field(alias="Privacy")


class Author(BaseModel):
    """Who answers for the project."""

    model_config = ConfigDict(frozen=True)

    name: str


class Project(BaseModel):
    """The table `[project]`, as far as it is published elsewhere, with the version that the program has."""

    model_config = ConfigDict(frozen=True)

    name: str
    version: str
    description: str
    license: str
    python: str = Field(alias="requires-python")
    keywords: tuple[str, ...]
    authors: tuple[Author, ...] = Field(min_length=1)
    scripts: Mapping[str, str] = Field(min_length=1)
    urls: Urls

    @property
    def command(self) -> str:
        """The program as people type it: the first of its scripts."""
        return next(iter(self.scripts))

    @property
    def owner(self) -> str:
        """Whose repository it is."""
        return urlsplit(self.urls.repository).path.split("/")[1]

    @property
    def has_owner(self) -> bool:
        """Whether somebody's name stands where the placeholder stood."""
        return self.owner != PLACEHOLDER

    @property
    def registry_name(self) -> str:
        """Its name in the MCP registry, which gives a namespace to every owner of repositories."""
        return f"io.github.{self.owner}/{self.command}"


def read_project(root: Path = ROOT) -> Project:
    """Read pyproject.toml. Raises ValueError with a sentence that says what is missing there."""
    table: dict[str, Any] = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    try:
        return Project.model_validate(table | {"version": __version__})
    except ValidationError as error:
        wrong = ", ".join(".".join(map(str, ("project", *each["loc"]))) for each in error.errors())
        raise ValueError(f"pyproject.toml: what is published needs {wrong}; write it there.") from None
