"""`serve`: starts MCP on stdio or over HTTP. The only command that loads MCP; stdout belongs to the protocol."""

import argparse
import errno
import secrets
import socket
import sys
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

import anyio

from fusion_mcp.cli.arguments import DEFAULT_HOST, DEFAULT_PORT, TOKEN, UsageError
from fusion_mcp.cli.exits import OK, tell
from fusion_mcp.cli.streams import say
from fusion_mcp.config import Config
from fusion_mcp.errors import ConfigError, FusionError
from fusion_mcp.server.http.hosts import in_url, is_loopback
from fusion_mcp.settings import Settings, load_settings, shipped_presets

if TYPE_CHECKING:
    from fusion_mcp.server.answering import Answering

SHORTEST_TOKEN = 20

_BIND_FAULTS: Mapping[int, str] = {
    errno.EACCES: "this port may not be opened by this user; choose one above 1023 with --port",
    errno.EADDRNOTAVAIL: "this machine has no such address; choose another with --host",
}


def run(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Serve until the client goes away or somebody presses Ctrl-C."""
    if not arguments.http:
        _require_http(arguments)
        return _serve_stdio(environ)
    return _serve_http(arguments, load_settings(environ))


def _require_http(arguments: argparse.Namespace) -> None:
    given = {"host": arguments.host, "port": arguments.port, "no-auth": arguments.no_auth or None}
    given["allowed-host"] = arguments.allowed_hosts
    names = [f"--{name}" for name, value in given.items() if value is not None]
    if names:
        raise UsageError(f"{names[0]}: this is for HTTP only; write: fusion-mcp serve --http {names[0]} ...")


def _serve_stdio(environ: Mapping[str, str]) -> int:
    """Serve the client that started this. What is wrong with the configuration is said to that client, at each call."""
    _require_streams()
    if sys.stdin.isatty():
        say("fusion-mcp: serving MCP on stdin and stdout, for an MCP client to start; Ctrl-C ends it, --help says more")

    # ruff: noqa: PLC0415 each transport loads only what it needs, and when it needs it
    from fusion_mcp.server.answering import OpenEngine, opening
    from fusion_mcp.server.stdio import serve_stdio

    told: dict[str, int] = {}

    def tell_once(fault: FusionError) -> None:
        if str(fault) not in told:
            told[str(fault)] = tell(fault, environ)

    def load() -> OpenEngine:
        settings = load_settings(environ)
        from fusion_mcp.engine import open_engine

        return partial(open_engine, settings)

    async def serve() -> int:
        answering = _answering(environ, tell_once)
        async with opening(answering, load, tell_once):
            status = await serve_stdio(answering)
        return status or (OK if answering.is_open else max(told.values(), default=OK))

    return anyio.run(serve)


def _require_streams() -> None:
    """Refuse to serve nobody: the event loop's own files would take the places of what is closed, too."""
    for name, stream in (("stdin", sys.stdin), ("stdout", sys.stdout)):
        if stream is None:  # pyright: ignore[reportUnnecessaryComparison] - it is where the process began without it
            raise UsageError(
                f"{name} is closed, over which a client is served; have an MCP client start this, or serve over HTTP "
                "with --http"
            )


def _answering(environ: Mapping[str, str], on_fault: Callable[[FusionError], object]) -> "Answering":
    """Know which presets there are, or, where the configuration cannot be read, which come with the program."""
    from fusion_mcp.presets.files import names_in
    from fusion_mcp.server.answering import Answering

    try:
        settings = load_settings(environ)
    except ConfigError as fault:
        on_fault(fault)
        return Answering(Config().default_preset, partial(names_in, [shipped_presets()]))
    return Answering(settings.config.default_preset, partial(names_in, [shipped_presets(), settings.presets_dir]))


def _serve_http(arguments: argparse.Namespace, settings: Settings) -> int:
    from fusion_mcp.engine import open_engine
    from fusion_mcp.server.answering import Answering
    from fusion_mcp.server.app import build_server
    from fusion_mcp.server.http.serving import serve_http

    host = (arguments.host or DEFAULT_HOST).strip("[]")
    port = DEFAULT_PORT if arguments.port is None else arguments.port
    token = _token(settings, host, no_auth=arguments.no_auth)

    def on_listening(bound: int) -> None:
        _announce(host, bound, token)

    async def serve() -> int | OSError:
        async with open_engine(settings, own_address=f"http://{in_url(host)}:{port}") as engine:
            server = build_server(Answering.by(engine))
            try:
                return await serve_http(server, host, port, token, arguments.allowed_hosts or (), on_listening)
            except OSError as error:
                return error

    outcome = anyio.run(serve)
    if isinstance(outcome, OSError):
        raise _bind_fault(outcome, host, port)
    return outcome


def _token(settings: Settings, host: str, *, no_auth: bool) -> str | None:
    if no_auth:
        if not is_loopback(host):
            raise UsageError(
                f"--no-auth: {host} can be reached from other machines, and anybody there could spend your money; "
                "leave --no-auth out, or bind to 127.0.0.1"
            )
        return None
    fixed = settings.key(TOKEN)
    if fixed is None:
        return secrets.token_urlsafe(32)
    if len(fixed) < SHORTEST_TOKEN or not fixed.isascii() or not fixed.isprintable() or " " in fixed:
        raise UsageError(f"{TOKEN}: a token is at least {SHORTEST_TOKEN} letters, digits or signs, without spaces")
    return fixed


def _announce(host: str, port: int, token: str | None) -> None:
    base = f"http://{in_url(_reachable(host))}:{port}"
    say(f"fusion-mcp: serving MCP at {base}/mcp (older clients: {base}/sse); Ctrl-C ends it")
    if token is not None:
        say(f"Authorization: Bearer {token}")


def _reachable(host: str) -> str:
    """Name an address to call: 'all addresses' can be bound to, but not called."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 named, not bound


def _bind_fault(error: OSError, host: str, port: int) -> Exception:
    where = f"{in_url(host)}:{port}"
    if isinstance(error, socket.gaierror):
        return UsageError(f"{where}: no address is known for this host; choose another with --host")
    if error.errno == errno.EADDRINUSE:
        return UsageError(f"{where}: {_in_use(host, port)}")
    fault = _BIND_FAULTS.get(error.errno or 0)
    return error if fault is None else UsageError(f"{where}: {fault}")


def _in_use(host: str, port: int) -> str:
    """Say who has a port, where the system shows that, and what to do."""
    from fusion_mcp.lineage import listeners

    who = ", ".join(f"{each.name}, process {each.pid}" for each in listeners(host, port))
    what = f"this port is in use by {who}; stop that" if who else "this port is in use; stop what uses it"
    return f"{what}, or choose another with --port"
