"""Search without a key: the ddgs library, which reads the result pages of public search engines.

Here is its parent's side: the process is started, told what to look for, listened to and ended. What runs inside it is
`ddgs_child.py`.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import anyio
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream

from fusion_mcp.tools.search.dialect import ASKED_FOR, Query, kept, rows, with_sites
from fusion_mcp.tools.search.failures import BackendError
from fusion_mcp.tools.search.hits import MOST_HITS, Hit, best, make_hit
from fusion_mcp.tools.search.proxies import proxy_for_all

ENGINES = ("duckduckgo", "brave", "startpage", "mojeek", "yahoo")
"""In the order in which they are asked. Left out: encyclopedias, which know one article at best."""

AT_ONCE = 4
"""How many searches may run at the same time: more are soon turned away, and each is a process."""

_GRACE_S = 1.0
"""How long to wait for more once some results are there."""
_SPARE_S = 0.3
"""How much sooner than its time is up a search ends, to give what has come by then."""
_END_WITHIN_S = 0.5
_MOST_LINE_BYTES = 1_000_000

_BY_SEVERITY = {
    "missing": "is not installed: run pip install ddgs",
    "settings": "cannot use the proxy or the certificates that the environment names",
    "nothing": (
        "found nothing or was turned away, which its search engines do without a word when they are asked often: "
        "a SearXNG of your own or a backend with a key is more reliable"
    ),
    "unreachable": "cannot reach the search engines that it asks",
    "timed_out": "had no answer from its search engines in time",
}


class Library:
    """The ddgs library in processes of its own, one for each search."""

    def __init__(self, environ: Mapping[str, str], child_environ: Mapping[str, str]) -> None:
        """`environ` names proxy and certificates; `child_environ` is the whole environment of a child."""
        self._proxy = proxy_for_all(environ)
        self._certificates = environ.get("SSL_CERT_FILE") or None
        self._child_environ = child_environ
        self._places = anyio.CapacityLimiter(AT_ONCE)

    async def search(self, query: Query, *, within: float) -> list[Hit]:
        """Search, and give what came within `within` seconds. Raises BackendError; cancellation ends the process."""
        ends = anyio.current_time() + within - min(_SPARE_S, within / 4)
        with anyio.CancelScope(deadline=ends) as waiting:
            await self._places.acquire()
        if waiting.cancelled_caught:
            raise BackendError("is busy with other searches")
        try:
            return await self._run(query, ends)
        finally:
            self._places.release()

    async def _run(self, query: Query, ends: float) -> list[Hit]:
        process = await self._start()
        try:
            return await self._gather(process, query, ends)
        finally:
            # Its stdin is closed, at which it leaves in an instant; where it does not, the end of the scope kills it.
            with anyio.move_on_after(_END_WITHIN_S, shield=True):
                await process.aclose()

    async def _start(self) -> Process:
        # -P: a folder that happens to hold a file of the same name as a module is not searched.
        command = [sys.executable, "-P", str(Path(__file__).with_name("ddgs_child.py"))]
        try:
            return await anyio.open_process(command, env=self._child_environ, stderr=subprocess.DEVNULL)
        except OSError:
            raise BackendError("cannot start its process") from None

    async def _gather(self, process: Process, query: Query, ends: float) -> list[Hit]:
        hits: list[Hit] = []
        faults: set[str] = set()
        with anyio.CancelScope(deadline=ends) as patience:
            lines = await self._told(process, query, ends - anyio.current_time())
            while len(best(hits, query.domains)) < MOST_HITS and (answer := await _answer(lines)) is not None:
                hits += _hits(answer)
                faults.add(str(answer.get("fault")))
                if hits:
                    patience.deadline = min(patience.deadline, anyio.current_time() + _GRACE_S)
        if hits:
            return hits
        late = {"timed_out"} if patience.cancelled_caught else set[str]()
        raise BackendError(next((why for fault, why in _BY_SEVERITY.items() if fault in faults | late), "failed"))

    async def _told(self, process: Process, query: Query, left: float) -> BufferedByteReceiveStream:
        """Tell the child what to look for; its answers come on the stream."""
        wanted = {
            "query": with_sites(query),
            "engines": ENGINES,
            "most": ASKED_FOR,
            "proxy": self._proxy,
            "certificates": self._certificates,
            "timeout_s": max(left / 2, 0.5),  # so that engines which hang leave time for the next
        }
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("open_process gives pipes unless told otherwise")
        with suppress(anyio.BrokenResourceError):  # it has ended already, as its answers will show
            await process.stdin.send(json.dumps(wanted).encode() + b"\n")
        return BufferedByteReceiveStream(process.stdout)


async def _answer(lines: BufferedByteReceiveStream) -> Mapping[str, Any] | None:
    """Wait for the next engine's answer; None when the child has ended."""
    try:
        answer: object = json.loads(await lines.receive_until(b"\n", _MOST_LINE_BYTES))
    except (anyio.BrokenResourceError, anyio.IncompleteRead, anyio.DelimiterNotFound):
        return None
    except (ValueError, RecursionError):
        answer = None
    return cast("Mapping[str, Any]", answer) if isinstance(answer, dict) else {"fault": "failed"}


def _hits(answer: Mapping[str, Any]) -> list[Hit]:
    found = rows(answer.get("rows", []))
    return kept(make_hit(title=row.get("title"), url=row.get("href"), snippet=row.get("body")) for row in found)
