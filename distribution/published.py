"""The files in the tree that are made of others: what they should be, and which of them are not."""

import json
from collections.abc import Mapping
from pathlib import Path

from distribution.keys import keys
from distribution.launch import from_checkout
from distribution.links import links
from distribution.project import Project
from distribution.registry import entry

BEGIN, END = "<!-- links:begin -->", "<!-- links:end -->"
_ONE_CLICK = (
    "One click installs it from the package index, once it is released there, with\n"
    "[uv](https://docs.astral.sh/uv/) on your machine. No link contains a key: Cursor and Kiro read\n"
    "`{key}` from your environment, VS Code and Goose ask for it, LM Studio leaves a place for it. It may\n"
    "stay empty where you use another key or a local model."
)


def wanted(project: Project, root: Path) -> Mapping[str, str]:
    """Give what each of these files should be. Raises ValueError where the README has no place for the links."""
    known = keys()
    readme = (root / "README.md").read_text(encoding="utf-8")
    return {
        "server.json": _json(entry(project, known)),
        "claude_desktop_config.example.json": _json(from_checkout(project, known[0].variable)),
        "README.md": _between_markers(readme, block(project)),
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
    """Give what stands between the README's markers: the registry's name for the server, and the links."""
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


def _between_markers(readme: str, text: str) -> str:
    before, begun, rest = readme.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not (begun and ended):
        raise ValueError(
            f"README.md: the links stand between {BEGIN} and {END}; put both there, on lines of their own."
        )
    return f"{before}{BEGIN}\n{text}\n{END}{after}"


def _json(value: object) -> str:
    return json.dumps(value, indent=2) + "\n"


def _read(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.exists() else None
