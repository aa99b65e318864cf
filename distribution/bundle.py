"""The bundle: an archive that a client installs by itself, with `uv`. The same tree gives the same bytes."""

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

from distribution.keys import keys
from distribution.manifest import PLATFORMS, START, manifest
from distribution.project import Project

_IN_BUNDLE = Path(__file__).parent / "in_bundle"
_NO_DATE = (1980, 1, 1, 0, 0, 0)
"""The first that an archive can say."""
_READABLE = 0o100644 << 16
_UNIX = 3


def file_name(project: Project) -> str:
    """Name the bundle as the format's own tool would."""
    return f"{project.command}-{project.version}.mcpb"


def contents(project: Project, root: Path) -> Mapping[str, str]:
    """Give every file in the bundle by its name there."""
    return {
        "LICENSE": (root / "LICENSE").read_text(encoding="utf-8"),
        "manifest.json": json.dumps(manifest(project, keys()), indent=2) + "\n",
        "pyproject.toml": _pyproject(project),
        START: (_IN_BUNDLE / "server.py").read_text(encoding="utf-8"),
    }


def packed(files: Mapping[str, str]) -> bytes:
    """Put them into an archive, uncompressed, since compressors differ from machine to machine."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as stored:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _NO_DATE)
            entry.create_system, entry.external_attr = _UNIX, _READABLE
            stored.writestr(entry, files[name])
    return archive.getvalue()


def _pyproject(project: Project) -> str:
    """Ask for exactly this version, whose tools the manifest names, where the manifest says that it runs."""
    where = [f"sys_platform == '{platform}'" for platform in PLATFORMS]
    return "\n".join(
        (
            "[project]",
            f'name = "{project.command}-bundle"',
            f'version = "{project.version}"',
            f'description = "What {project.command} needs, for uv."',
            f'requires-python = "{project.python}"',
            f'dependencies = ["{project.name}=={project.version}"]',
            "",
            "[tool.uv]",
            "package = false",
            f"environments = {json.dumps(where)}",
            "",
        )
    )
