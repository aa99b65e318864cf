"""One page fetched from the open web, and everything that keeps it from leading inside.

`Downloader` is the way in. `target` reads an address, `resolving` looks its name up, `address` judges what it stands
for, `connection` connects to exactly that, `exchange` asks and reads an `answer` within limits, with `metering` of what
arrives and `decoding` of what is compressed.
"""

from fusion_mcp.tools.download.downloader import Downloader
from fusion_mcp.tools.download.exchange import Download, Limits

__all__ = ["Download", "Downloader", "Limits"]
