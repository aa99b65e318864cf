"""Run as a program: another process that fetches the sample weights from a URL, and says on stdout how far it is."""

import sys
from pathlib import Path

from fusion_mcp.providers.local.fetch import fetch
from providers.local import samples


def main(address: str, folder: str) -> None:
    fetch(
        samples.weights(samples.url(address)),
        Path(folder),
        on_progress=lambda progress: print(progress.bytes_done, flush=True),  # noqa: T201  # how a test listens
        environ={},
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
