"""One page fetched from the open web: a GET that lets itself be led neither inside nor on for ever.

Knows nothing of why a page is wanted, and hands its bytes over unread.
"""

import ssl
from collections.abc import Callable, Collection

import anyio
import httpcore2

from fusion_mcp.tools.download.connection import Connect, Connector
from fusion_mcp.tools.download.exchange import Download, Limits, Redirect, exchange
from fusion_mcp.tools.download.resolving import Resolve, resolve_by_system
from fusion_mcp.tools.download.target import Target, parse
from fusion_mcp.tools.faults import ToolFault


def anywhere(_host: str) -> bool:
    """Permit every host."""
    return True


class Downloader:
    """Fetches pages, each over a connection of its own, without cookies, credentials or proxies.

    `allow_private` holds `host:port` pairs that the address guard lets through, unless a page elsewhere led there.
    `resolve`, `connect` and `ssl_context` stand in for the system's resolver, sockets and certificates.
    """

    def __init__(
        self,
        *,
        allow_private: Collection[str] = (),
        limits: Limits = Limits(),  # noqa: B008 - frozen
        resolve: Resolve = resolve_by_system,
        connect: Connect = anyio.connect_tcp,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._allow_private = frozenset(allow_private)
        self._limits = limits
        self._ssl_context = ssl_context
        self._connector = Connector(resolve=resolve, connect=connect, tls=self._tls)

    async def get(
        self, url: str, *, within: float, permits: Callable[[str], bool] = anywhere, exempt_allowed: bool = True
    ) -> Download:
        """Fetch `url` within so many seconds. `permits` is asked for the host of every hop.

        Without `exempt_allowed`, what the person let through the address guard is judged like any other address. Raises
        ToolFault, with messages of our own words. Cancellation closes the connection at once.
        """
        whole = min(self._limits.whole_s, within)
        with anyio.move_on_after(whole):
            return await self._follow(url, permits, exempt_allowed=exempt_allowed)
        raise ToolFault("timed_out", f"The page was not whole after {max(whole, 0):.3g} s. Choose another page.")

    async def _follow(self, url: str, permits: Callable[[str], bool], *, exempt_allowed: bool) -> Download:
        for hops in range(self._limits.redirects + 1):
            try:
                target = parse(url, self._allow_private if exempt_allowed else ())
                answer = await self._visit(target, permits)
            except ToolFault as fault:
                if hops == 0:
                    raise
                message = f"The page redirects to another address. {fault.message}"
                raise ToolFault(fault.reason, message, fault.status_code) from fault
            if isinstance(answer, Download):
                return answer
            # Whoever is not inside leads nobody in.
            url, exempt_allowed = answer.url, target.exempt
        raise ToolFault("too_many_redirects", "The page only leads from redirect to redirect. Choose another page.")

    async def _visit(self, target: Target, permits: Callable[[str], bool]) -> Download | Redirect:
        if not permits(target.host):
            raise ToolFault("domain_excluded", "Pages of this domain may not be read in this run. Choose another page.")
        async with self._connector.connected(target, within=self._limits.connect_s) as stream:
            return await exchange(stream, target, self._limits)

    def _tls(self) -> ssl.SSLContext:
        if self._ssl_context is None:
            try:
                self._ssl_context = httpcore2.default_ssl_context()
            except OSError as error:  # ssl's errors are OSErrors
                what = "the certificates that SSL_CERT_FILE or SSL_CERT_DIR names cannot be loaded"
                raise ToolFault("unreachable", f"No https page can be read on this machine: {what}.") from error
        return self._ssl_context
