"""server.json: what the MCP registry, and everybody who reads it, is told about the server."""

from collections.abc import Iterable, Mapping

from distribution.keys import Key
from distribution.project import TITLE, Project

SCHEMA = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"


def entry(project: Project, keys: Iterable[Key]) -> Mapping[str, object]:
    """Describe the server and where it is to be had.

    Installers start a package by its own name, which is why the distribution has a script that is called so, too.
    """
    return {
        "$schema": SCHEMA,
        "name": project.registry_name,
        "title": TITLE,
        "description": project.description,
        "version": project.version,
        "websiteUrl": project.urls.documentation,
        "repository": {"url": project.urls.repository, "source": "github"},
        "packages": [
            {
                "registryType": "pypi",
                "identifier": project.name,
                "version": project.version,
                "runtimeHint": "uvx",
                "transport": {"type": "stdio"},
                "environmentVariables": [_variable(key) for key in keys],
            }
        ],
    }


def _variable(key: Key) -> Mapping[str, object]:
    return {
        "name": key.variable,
        "description": f"{key.title} API key. No key is required: any one will do, or a local model server.",
        "format": "string",
        "isRequired": False,
        "isSecret": True,
    }
