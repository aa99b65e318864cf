"""What most would write: the openai package and a gather. Base URL, how many at once, how many questions."""

# openai comes with the extra `bench`, and is not there where this is type-checked.
# pyright: reportMissingImports=false, reportUnknownVariableType=false, reportUnknownMemberType=false

import asyncio
import sys

import openai

from benchmarks.references.gathering import gather


async def main(url: str, at_once: int, questions: int) -> None:
    """Ask with one client, which does not retry."""
    async with openai.AsyncOpenAI(base_url=url, api_key="none", max_retries=0) as client:

        async def call(model: str, prompt: str) -> str:
            reply = await client.chat.completions.create(model=model, messages=[{"role": "user", "content": prompt}])
            return reply.choices[0].message.content or ""

        await gather(call, at_once, questions)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
