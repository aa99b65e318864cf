"""https: the certificate must be the name's, whatever the address, and nothing is said where it is not."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace

import anyio
import pytest

from fusion_mcp.tools.download import Downloader, Limits
from tools.certificates import Certificates, certificates
from tools.fetching import PUBLIC, QUICK, Resolver, Sockets, fault_of

NAME = "pages.example"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecure"


@dataclass
class TlsServer:
    """What it was asked: the names of its visitors' TLS, and the heads of their requests."""

    port: int = 0
    names: list[str | None] = field(default_factory=list[str | None])
    heads: list[bytes] = field(default_factory=list[bytes])


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("tls"), [NAME, PUBLIC])


Respond = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[object]]


@asynccontextmanager
async def listening(respond: Respond, tls: ssl.SSLContext | None = None) -> AsyncGenerator[int]:
    """Serve at the port that is given, and leave no connection behind."""
    serving: set[asyncio.Task[object] | None] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.add(asyncio.current_task())
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await respond(reader, writer)
        writer.transport.abort()

    async with await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls) as server:
        yield server.sockets[0].getsockname()[1]
    with anyio.fail_after(2):
        await asyncio.gather(*filter(None, serving))


@asynccontextmanager
async def serving(certificate: Certificates, answer: bytes = ANSWER) -> AsyncGenerator[TlsServer]:
    served = TlsServer()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.shown)
    context.sni_callback = lambda _socket, name, _context: served.names.append(name)

    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served.heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer)
        await writer.drain()
        await reader.read()

    async with listening(respond, context) as port:
        served.port = port
        yield served


def trusting(certificate: Certificates | None, port: int, limits: Limits = QUICK) -> Downloader:
    trust = ssl.create_default_context(cafile=certificate and certificate.trusted)
    return Downloader(
        limits=limits,
        resolve=Resolver({NAME: [[PUBLIC]], "other.example": [[PUBLIC]], "localhost": [["::1"]]}),
        connect=Sockets(port),
        ssl_context=trust,
    )


async def test_the_name_is_what_tls_speaks_of(certificate: Certificates) -> None:
    async with serving(certificate) as server:
        got = await trusting(certificate, server.port).get(f"https://{NAME}/page", within=5)
    assert got.body == b"secure"
    assert server.names == [NAME]
    assert server.heads[0].startswith(f"GET /page HTTP/1.1\r\nHost: {NAME}\r\n".encode())


async def test_a_numeric_address_needs_a_certificate_of_its_own(certificate: Certificates) -> None:
    async with serving(certificate) as server:
        downloader = trusting(certificate, server.port)
        assert (await downloader.get(f"https://{PUBLIC}/", within=5)).body == b"secure"
        assert (await fault_of(downloader, "https://[2606:4700::1111]/")).reason == "unreachable"


@pytest.mark.parametrize("host", ["other.example", "93.184.216.35"])
async def test_a_certificate_of_somebody_else_is_not_trusted(certificate: Certificates, host: str) -> None:
    async with serving(certificate) as server:
        fault = await fault_of(trusting(certificate, server.port), f"https://{host}/")
    assert fault.reason == "unreachable"
    assert "certificate" in fault.message
    assert server.heads == []


async def test_a_certificate_that_nobody_vouches_for_is_not_trusted(certificate: Certificates) -> None:
    async with serving(certificate) as server:
        fault = await fault_of(trusting(None, server.port), f"https://{NAME}/")
    assert "certificate" in fault.message
    assert server.heads == []


@pytest.mark.parametrize("location", ["http://127.0.0.1/", "https://127.0.0.1/", "https://localhost", "//[::1]/"])
async def test_a_redirect_over_https_is_judged_like_any_other(certificate: Certificates, location: str) -> None:
    answer = f"HTTP/1.1 302 Found\r\nLocation: {location}\r\n\r\n".encode()
    async with serving(certificate, answer) as server:
        fault = await fault_of(trusting(certificate, server.port), f"https://{NAME}/")
    assert fault.reason == "address_refused"
    assert len(server.heads) == 1


async def no_tls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    await reader.read()


async def hangs_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    while await reader.read(1_000):
        pass


@pytest.mark.parametrize("respond", [no_tls, hangs_up])
async def test_a_server_that_speaks_no_tls_is_unreachable(respond: Respond) -> None:
    async with listening(respond) as port:
        assert (await fault_of(trusting(None, port), f"https://{NAME}/")).reason == "unreachable"


async def test_a_handshake_that_never_ends_runs_out_of_the_time_to_connect() -> None:
    async with listening(silent) as port:
        downloader = trusting(None, port, replace(QUICK, connect_s=0.1))
        assert (await fault_of(downloader, f"https://{NAME}/")).reason == "timed_out"


async def test_a_cancelled_handshake_closes_the_connection_at_once() -> None:
    async with listening(silent) as port:
        with anyio.move_on_after(0.1):
            await trusting(None, port).get(f"https://{NAME}/", within=60)
