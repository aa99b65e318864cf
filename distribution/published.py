"""The files in the tree that are made of others: what they should be, and which of them are not."""

import json
from collections.abc import Mapping
from pathlib import Path

from distribution.keys import keys
from distribution.launch import from_checkout
from distribution.links import links
from distribution.pages.configuration import reference
from distribution.pages.costs import costs
from distribution.project import Project
from distribution.registry import entry
from fusion_mcp.server.shapes import schemas

BEGIN, END = "<!-- {}:begin -->", "<!-- {}:end -->"
_README, _CONFIGURATION = "README.md", "docs/configuration.md"
_SCHEMAS = "fusion_mcp/server/schemas.json"
_ONE_CLICK = (
    "One click installs it from the package index, once it is released there, with\n"
    "[uv](https://docs.astral.sh/uv/) on your machine. No link contains a key: Cursor and Kiro read\n"
    "`{key}` from your environment, VS Code and Goose ask for it, LM Studio leaves a place for it. It may\n"
    "stay empty where you use another key or a local model."
)


def wanted(project: Project, root: Path) -> Mapping[str, str]:
    """Give what each of these files should be. Raises ValueError where a page has no place for what goes into it."""
    known = keys()
    readme = (root / _README).read_text(encoding="utf-8")
    configuration = (root / _CONFIGURATION).read_text(encoding="utf-8")
    return {
        "server.json": _json(entry(project, known)),
        "claude_desktop_config.example.json": _json(from_checkout(project, known[0].variable)),
        _README: _filled(_filled(readme, "links", block(project), _README), "costs", f"\n{costs()}\n", _README),
        _CONFIGURATION: _filled(configuration, "reference", f"\n{reference()}\n", _CONFIGURATION),
        _SCHEMAS: _json(schemas()),
    }


def drifted(project: Project, root: Path) -> tuple[str, ...]:
    """Name the files that are not what they should be, or not there."""
    return tuple(name for name, text in wanted(project, root).items() if _read(root / name) != text)


def write(project: Project, root: Path) -> tuple[str, ...]:
    """Bring all of them up to date; names those that were not."""
    files = wanted(project, root)
    stale = drifted(project, root)
    for name in stale:
        (root / name).write_text(files[name], encoding="utf-8")
    return stale


def block(project: Project) -> str:
    """Give what stands in the README's place for links: the registry's name for the server, and the links."""
    first = keys()[0]
    return "\n".join(
        (
            f"<!-- mcp-name: {project.registry_name} -->",
            "<!-- Written by `python3 scripts/bundle.py --write` -->",
            "",
            _ONE_CLICK.format(key=first.variable),
            "",
            *(link.markdown for link in links(project, first)),
        )
    )


def _filled(page: str, name: str, text: str, where: str) -> str:
    begin, end = BEGIN.format(name), END.format(name)
    before, begun, rest = page.partition(begin)
    _, ended, after = rest.partition(end)
    if not (begun and ended):
        raise ValueError(f"{where}: its {name} stand between {begin} and {end}; put both there, on lines of their own.")
    return f"{before}{begin}\n{text}\n{end}{after}"


def _json(value: object) -> str:
    return json.dumps(value, indent=2) + "\n"


def _read(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.exists() else None
