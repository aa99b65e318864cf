"""Behaviours of a web server that fails or is hostile: stalls, floods, lies, broken connections."""

import asyncio

from scripted.gates import Gate
from scripted.web.good import HTML
from scripted.web.visit import PageBehaviour, Visit

SOME = "<!DOCTYPE html><html><head><title>Half</title></head><body><p>The first half.</p>"


def stalls() -> PageBehaviour:
    """Take the request and send nothing at all."""

    async def play(visit: Visit) -> None:
        await visit.stall()

    return PageBehaviour("stalls", play)


def stalls_after_headers(content_type: str = HTML) -> PageBehaviour:
    """Send the head of a page, then nothing."""

    async def play(visit: Visit) -> None:
        await visit.begin(content_type)
        await visit.stall()

    return PageBehaviour("stalls_after_headers", play)


def stalls_after(text: str = SOME, content_type: str = HTML) -> PageBehaviour:
    """Send `text`, then nothing."""

    async def play(visit: Visit) -> None:
        await visit.begin(content_type)
        await visit.send(text.encode())
        await visit.stall()

    return PageBehaviour("stalls_after", play)


def drips(
    text: str = SOME, *, gate: Gate | None = None, every: float = 0.02, content_type: str = HTML
) -> PageBehaviour:
    """Send the head, then `text` byte by byte, again and again until the client goes.

    Each byte goes out when the test lets it through `gate`, or, without one, `every` so many seconds.
    """

    async def play(visit: Visit) -> None:
        await visit.begin(content_type)
        while True:
            for byte in text.encode():
                await (gate.passed() if gate else asyncio.sleep(every))
                await visit.send(bytes([byte]))

    return PageBehaviour("drips", play)


def endless(chunk: str = "<p>And so on.</p>\n" * 1000, content_type: str = HTML) -> PageBehaviour:
    """Send `chunk` again and again, as fast as the client reads, until it goes."""

    async def play(visit: Visit) -> None:
        await visit.begin(content_type)
        while True:
            await visit.send(chunk.encode())
            await asyncio.sleep(0)  # a client that reads as fast as this must not keep the others waiting

    return PageBehaviour("endless", play)


def lies_about_length(content: str = SOME, *, says: int, content_type: str = HTML) -> PageBehaviour:
    """Claim a length of `says` bytes, send `content`, and close the connection."""

    async def play(visit: Visit) -> None:
        head = f"HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ncontent-length: {says}\r\n\r\n"
        await visit.write(head.encode() + content.encode())
        visit.cut()

    return PageBehaviour("lies_about_length", play)


def hangs_up() -> PageBehaviour:
    """Close the connection without a byte."""

    async def play(visit: Visit) -> None:
        visit.cut()

    return PageBehaviour("hangs_up", play)


def resets() -> PageBehaviour:
    """Reset the connection instead of answering."""

    async def play(visit: Visit) -> None:
        visit.reset()

    return PageBehaviour("resets", play)


def resets_after(text: str = SOME, gate: Gate | None = None) -> PageBehaviour:
    """Send `text`, then reset the connection; with `gate`, when the test says so: a reset may overtake the text."""

    async def play(visit: Visit) -> None:
        await visit.begin(HTML)
        await visit.send(text.encode())
        if gate:
            await gate.passed()
        visit.reset()

    return PageBehaviour("resets_after", play)


def cuts_after(text: str = SOME) -> PageBehaviour:
    """Send `text`, then close the connection in the middle of the body."""

    async def play(visit: Visit) -> None:
        await visit.begin(HTML)
        await visit.send(text.encode())
        visit.cut()

    return PageBehaviour("cuts_after", play)


def garbage(data: bytes = b"\x16\x03\x01 no HTTP at all\r\n\r\n") -> PageBehaviour:
    """Send bytes that are no HTTP, and close the connection."""

    async def play(visit: Visit) -> None:
        await visit.write(data)
        visit.cut()

    return PageBehaviour("garbage", play)


def huge_headers(size: int = 5_000_000) -> PageBehaviour:
    """Send a head with `size` bytes of headers in lines of about a kilobyte, then an empty page."""
    lines = "".join(f"x-filler-{number}: {'f' * 1000}\r\n" for number in range(size // 1000))

    async def play(visit: Visit) -> None:
        await visit.write(f"HTTP/1.1 200 OK\r\ncontent-type: {HTML}\r\n{lines}content-length: 0\r\n\r\n".encode())
        visit.cut()

    return PageBehaviour("huge_headers", play)
