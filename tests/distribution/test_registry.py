"""server.json keeps to the rules of its schema, 2025-12-11, and of the registry that reads it."""

import json
import re
from typing import Any
from urllib.parse import urlsplit

import fusion_mcp
from distribution.keys import keys
from distribution.project import ROOT, read_project
from distribution.registry import SCHEMA, entry
from fusion_mcp.providers.catalog.catalog import builtin

ENTRY: dict[str, Any] = json.loads(json.dumps(entry(read_project(), keys())))
[PACKAGE] = ENTRY["packages"]
KNOWN = {
    "$schema": str,
    "name": str,
    "title": str,
    "description": str,
    "version": str,
    "websiteUrl": str,
    "repository": dict,
    "packages": list,
}


def test_every_field_is_one_that_the_schema_knows_and_what_it_requires_is_there() -> None:
    assert ENTRY["$schema"] == SCHEMA
    assert {name: type(value) for name, value in ENTRY.items()} == KNOWN
    assert set(ENTRY["repository"]) == {"url", "source"}
    assert {"registryType", "identifier", "transport"} <= set(PACKAGE)


def test_texts_are_as_short_as_the_registry_wants_them() -> None:
    assert 1 <= len(ENTRY["description"]) <= 100
    assert 1 <= len(ENTRY["title"]) <= 100
    assert 3 <= len(ENTRY["name"]) <= 200


def test_the_name_is_in_the_namespace_of_the_repositorys_owner_and_the_readme_says_so() -> None:
    assert re.fullmatch(r"[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+", ENTRY["name"])
    address = urlsplit(str(ENTRY["repository"]["url"]))
    owner, repository = address.path.strip("/").split("/")
    assert address.hostname == "github.com"
    assert ENTRY["name"] == f"io.github.{owner}/{repository}"
    assert f"<!-- mcp-name: {ENTRY['name']} -->" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_version_is_the_programs_own_and_no_range() -> None:
    assert ENTRY["version"] == PACKAGE["version"] == fusion_mcp.__version__
    assert re.fullmatch(r"\d+\.\d+\.\d+(?:(?:a|b|rc)\d+)?", ENTRY["version"])


def test_the_package_is_the_distribution_whose_own_name_is_one_of_its_commands() -> None:
    assert (PACKAGE["registryType"], PACKAGE["identifier"]) == ("pypi", "fusion-mcp-server")
    assert PACKAGE["identifier"] in read_project().scripts
    assert PACKAGE["transport"] == {"type": "stdio"}


def test_its_variables_are_the_catalogues_keys_secret_and_none_of_them_required() -> None:
    variables = PACKAGE["environmentVariables"]
    in_catalogue = {provider.api_key_env for provider in builtin().values() if provider.agent is None}
    assert {variable["name"] for variable in variables} == in_catalogue - {None}
    for variable in variables:
        assert set(variable) == {"name", "description", "format", "isRequired", "isSecret"}
        assert (variable["format"], variable["isRequired"], variable["isSecret"]) == ("string", False, True)
