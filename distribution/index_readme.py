"""The README as the package index shows it: there, a link to a file of the repository would lead nowhere.

The build runs this (`[tool.hatch.metadata.hooks.custom]` in pyproject.toml).
"""

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_BRANCH = "main"
_PICTURES = (".gif", ".jpg", ".png", ".svg")
_WITHIN = re.compile(r"""(?P<before>\]\(|\b(?:src|href)=")(?!\w+:|\#)(?P<path>[^)"\s]+)(?P<after>[)"])""")


class IndexReadme(MetadataHookInterface):
    """Puts the README into the package's description."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set `readme`, which pyproject.toml declares as dynamic."""
        readme = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        text = with_whole_addresses(readme, metadata["urls"]["Repository"])
        metadata["readme"] = {"content-type": "text/markdown", "text": text}


def with_whole_addresses(readme: str, repository: str) -> str:
    """Let links to files, and pictures that are files, lead to the repository's pages. Other links stay as they are."""

    def whole(link: re.Match[str]) -> str:
        path = link["path"]
        page = "raw" if path.lower().endswith(_PICTURES) else "blob"
        return f"{link['before']}{repository}/{page}/{_BRANCH}/{path}{link['after']}"

    return _WITHIN.sub(whole, readme)
