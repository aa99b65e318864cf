"""Presets that seat a fusion, by whatever name or address: none is loaded, and no model is called.

Redirects are the other half: a model's address that sends the call elsewhere is not followed there.
"""

import socket
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import anyio

from carriers import NOT_STOPPED
from recursing.trial import http_server
from scripted import Home, ScriptedProvider, answers, status
from scripted.below import Scene
from server.running import HttpServer, Way, http_client, structured, text_of

LOOPBACKS = (
    "127.0.0.1",
    "localhost",
    "LOCALHOST.",
    "[::1]",
    "127.0.0.2",
    "0.0.0.0",  # noqa: S104 - nobody binds to it
    "[::ffff:127.0.0.1]",
    "a.localhost",
)
GIVEN_UP_S = 60.0

SEATS: Mapping[str, str] = {
    "a fusion": "openrouter:openrouter/fusion",
    "a fusion at another provider": "alias:openrouter/fusion",
    "a fusion with a variant": "openrouter:openrouter/fusion-flash:free",
    "a fusion in capitals": "openrouter:OpenRouter/Fusion",
    "a fusion behind two routers": "alias:models/openrouter/fusion@preset/mine",
    "a fusion of another router": "alias:litellm/fusion-1",
}


@dataclass(frozen=True, kw_only=True)
class Seat:
    """What came of one. `calls` are all to models, `of` is how many there should be."""

    way: str
    stopped_by: str
    calls: int
    of: int

    @property
    def holds(self) -> bool:
        """Whether it was stopped, and nobody was called for it."""
        return self.stopped_by != NOT_STOPPED and self.calls == self.of


async def try_seats() -> list[Seat]:
    """Ask every such preset of a real server."""
    with tempfile.TemporaryDirectory() as folder, ScriptedProvider() as provider, ScriptedProvider() as elsewhere:
        home, port = Home(Path(folder)), free_port()
        scene = Scene(home, provider)
        names = _presets(scene, provider, port)
        with anyio.fail_after(GIVEN_UP_S):
            async with http_server(home.environ(), "--port", str(port)) as server:
                rows = [await _refused(server, provider, way, preset) for way, preset in names.items()]
                for way, target in (("this server", server.url), ("another provider", elsewhere.base_url)):
                    elsewhere.script("moved", answers("I am elsewhere."))
                    rows.append(await _redirected(server, provider, elsewhere, way, target))
    return rows


def _presets(scene: Scene, provider: ScriptedProvider, port: int) -> Mapping[str, str]:
    """Write a preset for each way, and the providers that they name; gives the presets' names."""
    addresses = {f"own{number}": f"http://{host}:{port}/v1" for number, host in enumerate(LOOPBACKS)}
    addresses |= {"alias": provider.base_url, "openrouter": provider.base_url}
    tables = "".join(f'[providers.{name}]\nbase_url = "{url}"\n' for name, url in addresses.items())
    scene.home.config(scene.home.config_file.read_text() + tables)
    seats = {f"preset seats {what}": [model, "work:beta"] for what, model in SEATS.items()}
    seats |= {f"own address as {host}": [f"own{number}:any", "work:beta"] for number, host in enumerate(LOOPBACKS)}
    names: dict[str, str] = {}
    for number, (way, panel) in enumerate(seats.items()):
        names[way] = f"seat{number}"
        scene.preset(names[way], panel)
    for way, role in (("a fusion as a fallback", "panel"), ("a fusion as the judge", "judge")):
        names[f"preset seats {way}"] = name = f"as-{role}"
        head, ends = f'title = "{name}"\n', '[synthesizer]\nmodel = "work:writer"\n'
        fallback = '[[panel]]\nmodel = "work:beta"\nfallbacks = ["alias:openrouter/fusion"]\n'
        beta, judge = '[[panel]]\nmodel = "work:beta"\n', '[judge]\nmodel = "alias:openrouter/fusion"\n'
        text = fallback + '[judge]\nmodel = "work:judge"\n' if role == "panel" else beta + judge
        scene.home.preset(name, head + text + ends)
    scene.preset("moving", ["work:moved", "work:beta"])
    return names


async def _refused(server: HttpServer, provider: ScriptedProvider, way: str, preset: str) -> Seat:
    before = len(provider.calls)
    async with http_client(server, Way("http", "auto")) as client:
        reply = await client.call_tool("fusion_ask", {"question": f"What of {way}?", "preset": preset})
    is_refused = reply.is_error and text_of(reply).startswith("recursion_refused")
    stopped_by = "structure: no such preset is loaded" if is_refused else NOT_STOPPED
    return Seat(way=way, stopped_by=stopped_by, calls=len(provider.calls) - before, of=0)


async def _redirected(
    server: HttpServer, provider: ScriptedProvider, elsewhere: ScriptedProvider, way: str, target: str
) -> Seat:
    """One call goes to the address that redirects; the run goes on without its model."""
    provider.script("moved", status(307, headers={"location": f"{target}/chat/completions"}))
    before = len(provider.calls) + len(elsewhere.calls)
    async with http_client(server, Way("http", "auto")) as client:
        reply = await client.call_tool("fusion_ask", {"question": f"What of a redirect to {way}?", "preset": "moving"})
    failed: Sequence[Mapping[str, str]] = [] if reply.is_error else structured(reply)["failed_models"]
    is_known = [each["model"] for each in failed] == ["work:moved"] and "redirect" in failed[0]["error"]
    calls = len(provider.calls) + len(elsewhere.calls) - before
    return Seat(
        way=f"a model's host redirects (307) to {way}",
        stopped_by="structure: redirects are not followed" if is_known else NOT_STOPPED,
        calls=calls,
        of=1 + 1,  # one survivor's answer needs no judge
    )


def free_port() -> int:
    """A port on which nothing listens now."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])
