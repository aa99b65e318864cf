"""What the tests of the guarded GET share: a resolver that says what it is told to, and sockets that keep a record."""

from collections.abc import Iterable, Mapping, Sequence

import anyio
import pytest
from anyio.abc import ByteStream

from fusion_mcp.tools.download import Downloader, Limits
from fusion_mcp.tools.faults import ToolFault
from scripted.web import PageBehaviour, ScriptedWeb

PUBLIC = "93.184.216.34"
PUBLIC_6 = "2606:4700:4700::1111"
QUICK = Limits(connect_s=2, idle_s=2, whole_s=4, wire_bytes=200_000, decoded_bytes=400_000)


class Resolver:
    """Answers each look-up of a name with the next of its answers, the last one for ever. Others raise OSError."""

    def __init__(self, names: Mapping[str, Sequence[Sequence[str]]]) -> None:
        self.asked: list[str] = []
        self._names = {name: list(answers) for name, answers in names.items()}

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        answers = self._names.get(host)
        if answers is None:
            raise OSError(-2, f"Name or service not known: {host}:{port}")
        return answers.pop(0) if len(answers) > 1 else answers[0]


class Sockets:
    """Connects to a port of this machine, whatever is asked for; `connected` says what that was.

    A connection to one of `refusing` is refused.
    """

    def __init__(self, port: int, refusing: Iterable[str] = ()) -> None:
        self.connected: list[tuple[str, int]] = []
        self._port = port
        self._refusing = frozenset(refusing)

    async def __call__(self, host: str, port: int) -> ByteStream:
        self.connected.append((host, port))
        if host in self._refusing:
            raise ConnectionRefusedError(f"Connection to {host} refused")
        return await anyio.connect_tcp("127.0.0.1", self._port)


async def fault_of(downloader: Downloader, url: str, within: float = 10) -> ToolFault:
    """The fault that fetching `url` ends in. Its message is checked to be fit for anyone's eyes."""
    with pytest.raises(ToolFault) as fault:
        await downloader.get(url, within=within)
    assert PUBLIC not in fault.value.message
    assert "127." not in fault.value.message
    assert fault.value.message.endswith(".")
    return fault.value


def reading(web: ScriptedWeb, limits: Limits = QUICK) -> Downloader:
    """A downloader that may read this web, and nothing else on this machine."""
    return Downloader(allow_private=[web.host_port], limits=limits)


async def nobody_is_connected(web: ScriptedWeb) -> None:
    await web.until(lambda web: web.in_flight == 0)


async def fault_of_page(behaviour: PageBehaviour, limits: Limits = QUICK, within: float = 10) -> ToolFault:
    """The fault that fetching a page which behaves so ends in, and its connection with it."""
    with ScriptedWeb() as web:
        fault = await fault_of(reading(web, limits), web.serve("/page", behaviour), within=within)
        await nobody_is_connected(web)
    return fault
