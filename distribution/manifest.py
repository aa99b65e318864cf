"""manifest.json of the bundle: what a client shows and asks before it starts the server.

No key is required, since any one will do and a local model server needs none. Each has an empty default: without one,
a client hands the unfilled placeholder itself to the server.
"""

from collections.abc import Iterable, Mapping

from distribution.keys import Key
from distribution.project import TITLE, Project
from fusion_mcp.server.tools import definitions

START = "src/server.py"
"""What the bundle's runtime starts, from the bundle's folder."""
PLATFORMS = ("darwin", "win32", "linux")
_EVERY_VENDOR = "One key for the models of every vendor. Leave it empty if you use another key or a local model server."
_OWN_MODELS = "Only for {}'s own models. Leave it empty if you have none."


def manifest(project: Project, keys: Iterable[Key]) -> Mapping[str, object]:
    """Describe the bundle in the format's version 0.4, the first one whose `uv` type fetches what the server needs."""
    first, *others = keys
    return {
        "manifest_version": "0.4",
        "name": project.command,
        "display_name": TITLE,
        "version": project.version,
        "description": project.description,
        "author": {"name": project.authors[0].name, "url": project.urls.repository},
        "repository": {"type": "git", "url": project.urls.repository},
        "homepage": project.urls.repository,
        "documentation": project.urls.documentation,
        "support": project.urls.issues,
        "license": project.license,
        "keywords": list(project.keywords),
        "privacy_policies": [project.urls.privacy],
        "server": {"type": "uv", "entry_point": START, "mcp_config": _start((first, *others))},
        "tools": [{"name": tool.name, "description": tool.description} for tool in definitions((), "auto")],
        "prompts_generated": True,
        "user_config": {
            first.field: _asked(first, _EVERY_VENDOR),
            **{key.field: _asked(key, _OWN_MODELS.format(key.title)) for key in others},
        },
        "compatibility": {"platforms": list(PLATFORMS), "runtimes": {"python": project.python}},
    }


def _start(keys: Iterable[Key]) -> Mapping[str, object]:
    return {
        "command": "uv",
        "args": ["run", "--directory", "${__dirname}", START],
        "env": {key.variable: f"${{user_config.{key.field}}}" for key in keys},
    }


def _asked(key: Key, description: str) -> Mapping[str, object]:
    return {
        "type": "string",
        "title": f"{key.title} API key",
        "description": description,
        "sensitive": True,
        "required": False,
        "default": "",
    }
