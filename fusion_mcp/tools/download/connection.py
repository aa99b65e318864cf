"""One fresh connection to a target: its name looked up once, every answer judged, and a judged address connected to.

What is sent over it: not here. From here on nothing holds a name that anyone could look up again.
"""

import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from itertools import zip_longest

import anyio
from anyio.abc import ByteStream
from anyio.streams.tls import TLSStream

from fusion_mcp.tools.download.address import is_numeric, is_public
from fusion_mcp.tools.download.resolving import Resolve
from fusion_mcp.tools.download.target import Target, refused
from fusion_mcp.tools.faults import ToolFault

_ATTEMPTS = 4
"""How many of a name's addresses are tried; all of them are judged."""
_CLOSING_S = 1.0

Connect = Callable[[str, int], Awaitable[ByteStream]]
"""A numeric address and a port to a connection. Raises OSError."""


class Connector:
    """Makes connections. `connect` is given numeric addresses only; `tls` is called when due."""

    def __init__(self, *, resolve: Resolve, connect: Connect, tls: Callable[[], ssl.SSLContext]) -> None:
        self._resolve = resolve
        self._connect_to = connect
        self._tls = tls

    @asynccontextmanager
    async def connected(self, target: Target, *, within: float) -> AsyncGenerator[ByteStream]:
        """Connect within so many seconds, look-up and TLS included. However the block ends, the socket is closed.

        Raises ToolFault, whose message never holds a resolved address.
        """
        async with AsyncExitStack() as opened:
            stream = None
            with anyio.move_on_after(within):
                socket = await self._connect(await self._addresses(target), target.port)
                opened.push_async_callback(_close, socket)
                stream = await self._secured(socket, target)
            if stream is None:
                raise ToolFault("timed_out", f"No connection was made within {within:g} s. Choose another page.")
            yield stream

    async def _addresses(self, target: Target) -> Sequence[str]:
        """Give the addresses that may be connected to: all of the name's, or none."""
        found = [target.host] if target.numeric else await self._looked_up(target)
        may_be_used = is_numeric if target.exempt else is_public
        if not all(map(may_be_used, found)):
            raise refused("it does not lead to the public internet")
        return _by_turns(tuple(dict.fromkeys(found)))

    async def _looked_up(self, target: Target) -> Sequence[str]:
        try:
            found = await self._resolve(target.host, target.port)
        except (OSError, UnicodeError):
            found = ()
        if not found:
            raise ToolFault("unreachable", "No host of that name was found. Check the address, or choose another page.")
        return found

    async def _connect(self, addresses: Sequence[str], port: int) -> ByteStream:
        """Try the addresses one after the other, each with its share of the time that is left."""
        tried = addresses[:_ATTEMPTS]
        for left, address in zip(range(len(tried), 0, -1), tried, strict=True):
            share = (anyio.current_effective_deadline() - anyio.current_time()) / left
            with suppress(OSError), anyio.fail_after(share if left > 1 else None):  # a TimeoutError is one, too
                return await self._connect_to(address, port)
        raise ToolFault("unreachable", "Its server takes no connections. Choose another page.")

    async def _secured(self, socket: ByteStream, target: Target) -> ByteStream:
        """Speak TLS where the target wants it; the certificate must be the name's, whatever the address."""
        if target.scheme == "http":
            return socket
        context = self._tls()
        context.set_alpn_protocols(["http/1.1"])  # else a server may choose HTTP/2, which `exchange` does not speak
        try:
            return await TLSStream.wrap(
                socket, hostname=target.host, ssl_context=context, standard_compatible=False, server_side=False
            )
        except (anyio.BrokenResourceError, anyio.EndOfStream, OSError, ValueError) as error:
            raise ToolFault("unreachable", _certificate_or_handshake(error)) from error


def _by_turns(addresses: Sequence[str]) -> Sequence[str]:
    """Alternate between IPv4 and IPv6, so that a network without one of them costs one attempt and not all."""
    of_either = ([a for a in addresses if ":" not in a], [a for a in addresses if ":" in a])
    preferred = sorted(of_either, key=lambda family: addresses[0] not in family)
    return [address for pair in zip_longest(*preferred) for address in pair if address]


def _certificate_or_handshake(error: BaseException) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return "Its server shows no valid certificate for that name, so it is not trusted. Choose another page."
    return "No secure connection to its server could be made. Choose another page."


async def _close(socket: ByteStream) -> None:
    """Close at once, even when that is because everything is being cancelled."""
    with anyio.move_on_after(_CLOSING_S, shield=True), suppress(anyio.BrokenResourceError, OSError):
        await socket.aclose()
