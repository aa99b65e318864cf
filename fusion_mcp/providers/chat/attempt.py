"""One request to one model, ready to be sent, and how long its reply may be silent. Pure; `sending` sends it."""

import math
from collections.abc import Mapping
from dataclasses import field
from functools import lru_cache

from fusion_mcp import guard
from fusion_mcp.providers.asked import Asked
from fusion_mcp.providers.catalog.provider import Parameter, Provider
from fusion_mcp.providers.chat.encoding import encode, parts
from fusion_mcp.providers.chat.reply import Reply
from fusion_mcp.providers.foreign import Json
from fusion_mcp.types import ModelRef
from fusion_mcp.values import value

_BILL_S = 2.0
"""How long a bill may take after the last word."""
_CLOSING_S = 0.05
"""How long a stream that is over, or has nothing more to say, may take to close; then the connection is dropped."""
_MOST_DESTINATIONS = 256
_HEADERS = {
    **guard.outgoing_headers(),
    "Content-Type": "application/json",
    "Accept-Encoding": "identity",  # the pieces of a stream are too small to gain by it, and would wait
}


@value
class Destination:
    """Where calls to one provider go, and with which headers. These hold the key, so they never show."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)


@value
class Attempt:
    """A request ready to be sent. What is asked never shows."""

    provider: Provider
    model: ModelRef
    to: Destination
    body: Json = field(repr=False)
    without: frozenset[Parameter] = frozenset()
    """What was left out of the body since the model had refused it."""
    gives_up: float = math.inf
    """When, on the loop's clock, a reply that has not begun is waited for no longer, whatever its provider is given."""
    silence_within: float = math.inf

    @property
    def sent(self) -> frozenset[str]:
        """The parts of the request, by the names that rules have for them."""
        return parts(self.body, self.without)

    @property
    def gap_s(self) -> float:
        """Seconds of silence that end a reply which has begun."""
        return min(self.provider.silence_s[1], self.silence_within)

    def patience_s(self, reply: Reply) -> float:
        """Seconds that may pass before something more comes of a reply that has begun."""
        if reply.closed or (reply.ended and reply.billed):
            return min(_CLOSING_S, self.gap_s)
        return min(_BILL_S, self.gap_s) if reply.ended else self.gap_s


def prepared(asked: Asked, base_url: str, key: str | None, *, without: frozenset[Parameter]) -> Attempt:
    """Write a request for a server that may want a key, leaving out what is known to be refused."""
    provider, model = asked.provider, asked.model
    body = encode(provider, model, asked.request, without)
    return Attempt(
        provider=provider,
        model=model,
        to=_destination(base_url, key, is_streamed="stream" in body),
        body=body,
        without=without,
        gives_up=asked.gives_up,
        silence_within=asked.request.silence_within or math.inf,
    )


@lru_cache(maxsize=_MOST_DESTINATIONS)
def _destination(base_url: str, key: str | None, *, is_streamed: bool) -> Destination:
    headers = {**_HEADERS, "Accept": "text/event-stream" if is_streamed else "application/json"}
    if key is not None:
        headers["Authorization"] = f"Bearer {key}"
    secrets = () if key is None else (key,)
    return Destination(url=f"{base_url.rstrip('/')}/chat/completions", headers=headers, secrets=secrets)
