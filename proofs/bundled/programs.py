"""Installs the format's own tool and uv below .cache/bundle/, and puts a wheel of this checkout there."""

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from installing import from_npm, give_up, install

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache" / "bundle"
MCPB = "2.1.2"
UV = "0.13.9"


@dataclass(frozen=True, kw_only=True)
class Programs:
    """Where they are: the folder in which npm installed the tool, uv's own, and the wheel's."""

    node: Path
    uv: Path
    wheel: Path

    @property
    def mcpb(self) -> Path:
        """The tool's command."""
        return self.node / "node_modules" / ".bin" / "mcpb"


def programs() -> Programs:
    """Give all of them, installed now where they are not yet. Exits with 2 where one cannot be."""
    if shutil.which("npm") is None:
        give_up("The format's tool is installed by npm, which is not there: install Node.js, and run this again.")
    found = Programs(node=CACHE / f"mcpb-{MCPB}", uv=CACHE / f"uv-{UV}" / "bin", wheel=CACHE / "wheel")
    if not found.mcpb.exists():
        from_npm(f"@anthropic-ai/mcpb@{MCPB}", found.node)
    if not found.uv.exists():
        options = ("--quiet", "--disable-pip-version-check", "--target", str(found.uv.parent))
        install(f"uv {UV}", found.uv.parent, sys.executable, "-m", "pip", "install", *options, f"uv=={UV}")
    for stale in found.wheel.glob("*.whl"):
        stale.unlink()
    # The release that the bundle asks for is not on the index yet: this checkout stands in for it.
    build = ("-m", "build", "--wheel", "--no-isolation", "--outdir", str(found.wheel), str(ROOT))
    install("this checkout's wheel", found.wheel, sys.executable, *build)
    return found
