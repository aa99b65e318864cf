"""The least that a panel can be: aiohttp and a gather. Base URL, how many at once, how many questions."""

# aiohttp comes with the extra `bench`, and is not there where this is type-checked.
# pyright: reportMissingImports=false, reportUnknownVariableType=false, reportUnknownMemberType=false

import asyncio
import sys

import aiohttp

from benchmarks.references.gathering import gather


async def main(url: str, at_once: int, questions: int) -> None:
    """Ask over one session without a limit on connections."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def call(model: str, prompt: str) -> str:
            body = {"model": model, "messages": [{"role": "user", "content": prompt}]}
            async with session.post(f"{url}/chat/completions", json=body) as response:
                return (await response.json())["choices"][0]["message"]["content"]

        await gather(call, at_once, questions)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
