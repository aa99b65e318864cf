"""One page fetched from the open web, and everything that keeps it from leading inside.

`Downloader` is the way in. `target` reads an address, `resolving` looks its name up, `address` judges what it stands
for, `connection` connects to exactly that, `exchange` asks and reads within limits.
"""

from fusion_mcp.tools.download.downloader import Downloader
from fusion_mcp.tools.download.exchange import Download, Limits
from fusion_mcp.tools.download.resolving import Resolve, resolve_by_system

__all__ = ["Download", "Downloader", "Limits", "Resolve", "resolve_by_system"]
