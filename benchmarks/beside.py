"""The scripted provider and the scripted web, each in a process of its own, as measures see them."""

import asyncio
import json
import urllib.request
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks.homes import environ
from benchmarks.processes import child, said

_SEEN_WITHIN_S = 30.0


@dataclass(frozen=True)
class Provider:
    """A provider that is there. `url` is its base URL."""

    url: str

    async def seen(self) -> dict[str, Any]:
        """Tell what it was asked: `calls`, `prompts` where they are kept, `first_tokens` of streams."""
        return await asyncio.to_thread(self._seen)

    def _seen(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.url}/seen", timeout=_SEEN_WITHIN_S) as response:  # noqa: S310 loopback
            return json.load(response)


@asynccontextmanager
async def provider(*options: object) -> AsyncGenerator[Provider]:
    """Start a provider with these options of `benchmarks.provider`."""
    async with child("-m", "benchmarks.provider", *options, environ=environ()) as process:
        yield Provider(f"http://127.0.0.1:{await said(process)}/v1")


@asynccontextmanager
async def web(*options: object) -> AsyncGenerator[str]:
    """Start a web with these options of `benchmarks.web`; gives its host and port."""
    async with child("-m", "benchmarks.web", *options, environ=environ()) as process:
        yield f"127.0.0.1:{await said(process)}"
