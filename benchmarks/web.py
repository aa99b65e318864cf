"""A scripted web in a process of its own: a page of `--size` bytes at every address, each of other words.

Prints its port, then serves on loopback until stdin closes.
"""

# aiohttp comes with the extra `bench`, and is not there where this is type-checked.
# pyright: reportMissingImports=false, reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownParameterType=false, reportUnknownArgumentType=false

import argparse
import asyncio

from aiohttp import web

from benchmarks.serving import serve

_PARAGRAPHS = """\
<p>Paris has been the <b>capital</b> of France for most of the time since the year 508, as {where} says; it had about \
two million inhabitants at the last count, and twelve million with all that surrounds it.</p>
<div class="aside"><p>The river is the <i>Seine</i>. <span class="note">Its depth stands elsewhere.</span></p></div>
<p>More is <a href="/elsewhere">elsewhere</a>, and the sources are <a href="https://sources.example/{where}">here</a>.</p>
"""


def page(where: str, size: int) -> str:
    """Write an HTML page of about `size` bytes."""
    head = f"<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>{where}</title></head>"
    paragraphs = _PARAGRAPHS.format(where=where)
    return f"{head}<body><main><article>{paragraphs * (size // len(paragraphs))}</article></main></body></html>"


def main() -> None:
    """Serve until stdin closes."""
    parser = argparse.ArgumentParser(description="A scripted web.")
    parser.add_argument("--size", type=int, default=200_000, help="bytes of a page")
    size: int = parser.parse_args().size

    async def read(request: web.Request) -> web.Response:
        return web.Response(text=page(request.path, size), content_type="text/html")

    app = web.Application()
    app.router.add_get("/{where:.*}", read)
    asyncio.run(serve(app))


if __name__ == "__main__":
    main()
