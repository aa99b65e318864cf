"""Run as a program: a process that starts the small model, says on stdout where it is, and waits to be killed."""

import sys
from pathlib import Path

import anyio

from fusion_mcp.providers.local.runtime import LocalRuntime


async def main(models_dir: Path) -> None:
    async with LocalRuntime(models_dir, {}, 2, {}) as local:
        endpoint = await local.endpoint("smollm2-135m")
        print(endpoint.base_url, flush=True)  # noqa: T201  # how a test listens
        await anyio.sleep_forever()


if __name__ == "__main__":
    anyio.run(main, Path(sys.argv[1]))
