"""Two members of which one researches: what the tests of the web share."""

from collections.abc import Sequence
from typing import Any

from fusion_mcp.result import FusionResult, Response
from scripted.exchange import Behaviour
from scripted.good import answers
from scripted.home import Home, Member
from scripted.judging import judges
from scripted.provider import ScriptedProvider
from scripted.web import ScriptedWeb


def script(provider: ScriptedProvider, *alpha: Behaviour, answer: str = "It is Paris.") -> None:
    """Have alpha behave so, call by call, beta answer from memory, and the synthesizer write `answer`."""
    provider.script("alpha", *alpha)
    provider.script("beta", answers("Beta says Paris."))
    provider.script("judge", judges())
    provider.script("writer", answers(answer))


def seat(
    home: Home,
    provider: ScriptedProvider,
    internet: ScriptedWeb,
    panel: Sequence[Member] = ("alpha", "beta"),
    **keys: Any,
) -> None:
    """Seat both with that web; `keys` are those of `Home.trio`."""
    home.trio(provider, panel, internet=internet, **keys)


def alphas(found: FusionResult) -> Response:
    return next(response for response in found.responses if response.model == "work:alpha")
