"""Behaviours of a web server that does its work: pages, redirects, refusals, slowness within reason."""

import gzip as gzip_format
from collections.abc import Callable, Mapping

from scripted.gates import Gate
from scripted.web.visit import PageBehaviour, PageRequest, Visit

HTML = "text/html; charset=utf-8"


def page(
    content: str | bytes,
    *,
    content_type: str = HTML,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    gzip: bool = False,
) -> PageBehaviour:
    """Answer with `content`; text goes out as UTF-8, whatever `content_type` claims. `gzip` compresses it."""
    data = content.encode() if isinstance(content, str) else content
    fields = {**({"content-encoding": "gzip"} if gzip else {}), **(headers or {})}
    body = gzip_format.compress(data) if gzip else data

    async def play(visit: Visit) -> None:
        await visit.whole(body, status=status, content_type=content_type, headers=fields)

    return PageBehaviour("page", play)


def article(title: str, *paragraphs: str) -> PageBehaviour:
    """Answer with an HTML page of that title and those paragraphs, which may hold markup."""
    text = "".join(f"<p>{paragraph}</p>\n" for paragraph in paragraphs)
    head = f'<meta charset="utf-8"><title>{title}</title>'
    return page(
        f'<!DOCTYPE html><html lang="en"><head>{head}</head>'
        f"<body><main><article><h1>{title}</h1>\n{text}</article></main></body></html>"
    )


def empty(status: int = 200) -> PageBehaviour:
    """Answer with a body of no bytes."""
    return page(b"", status=status)


def status(code: int, text: str = "Scripted refusal.", headers: Mapping[str, str] | None = None) -> PageBehaviour:
    """Answer with an HTTP status and a small page that says `text`."""
    return page(f"<h1>{code}</h1><p>{text}</p>", status=code, headers=headers)


def redirects(to: str, *, status: int = 302) -> PageBehaviour:
    """Send the client on to `to`, which goes out as it is; to its own path: for ever."""
    return page(b"", status=status, headers={"location": to})


def depends(choose: Callable[[PageRequest], PageBehaviour]) -> PageBehaviour:
    """Behave as `choose` says when it has seen the request."""

    async def play(visit: Visit) -> None:
        await choose(visit.request).play(visit)

    return PageBehaviour("depends", play)


def held(gate: Gate, then: PageBehaviour) -> PageBehaviour:
    """Send nothing until the test lets this request through `gate`, then behave as `then`."""

    async def play(visit: Visit) -> None:
        await gate.passed()
        await then.play(visit)

    return PageBehaviour(f"held, then {then.name}", play)
