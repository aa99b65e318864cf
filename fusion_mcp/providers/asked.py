"""One question to one model, as it is passed on inside this room. A value; nothing is decided here."""

from collections.abc import Callable

from fusion_mcp.ledger import Account
from fusion_mcp.providers.catalog.provider import Provider
from fusion_mcp.types import ChatRequest, ModelRef
from fusion_mcp.values import value


@value
class Asked:
    """A question, and who listens: `on_text`, if anybody, to the words as they come, `on_doing` to what its tools do.

    `gives_up`: when, on the loop's clock, a model that has not begun has had its time.
    """

    provider: Provider
    model: ModelRef
    request: ChatRequest
    account: Account
    on_text: Callable[[str], None] | None
    on_doing: Callable[[str], None]
    gives_up: float
