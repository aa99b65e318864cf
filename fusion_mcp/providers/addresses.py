"""Where a model is called and with which key, and why none can be had. Sends nothing."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Literal

from fusion_mcp.providers.catalog.provider import EMBEDDED, Provider
from fusion_mcp.providers.local.runtime import LocalRuntime
from fusion_mcp.types import CallFailure, ModelRef

_PLACE_FOR_A_KEY = re.compile(r"[$%<{\"'].*|.*\.\.\..*|(?:.*[-_])?your[-_ ].*", re.IGNORECASE)
"""What stands where a key should: a variable that nobody has replaced, quotation marks, an example."""


class Addresses:
    """The addresses of a catalogue's providers; that of the embedded model is known once its process runs."""

    def __init__(
        self, key_of: Callable[[str], str | None], embedded: LocalRuntime, misnamed: Mapping[str, str]
    ) -> None:
        """`key_of` maps an environment variable's name to its value; `misnamed` to one that is set in its place."""
        self._key_of = key_of
        self._misnamed = misnamed
        self._embedded = embedded

    def known(self, provider: Provider) -> tuple[str, str | None] | None:
        """Give a server's base URL and key; None where that is the embedded model's, and has to be asked for."""
        return None if provider.name == EMBEDDED else (provider.base_url or "", self.key(provider))

    async def of_embedded(self, model: ModelRef) -> tuple[str, str | None]:
        """Give the embedded model's base URL and key. Raises LocalModelError where its process does not start."""
        endpoint = await self._embedded.endpoint(model.model)
        return endpoint.base_url, endpoint.api_key

    def key(self, provider: Provider) -> str | None:
        """Give the provider's key, where it wants one and the environment has it."""
        return self._key_of(provider.api_key_env) if provider.api_key_env else None

    def unavailable(self, provider: Provider, model: ModelRef) -> CallFailure | None:
        """Say why `model` has no address, or its provider no key; None where nothing is known against them."""
        if provider.name == EMBEDDED:
            why = self._embedded.unavailable(model.model)
            return None if why is None else CallFailure(reason="invalid_model", message=why)
        if provider.api_key_env is None:
            return None
        key = self.key(provider)
        if key is None:
            message = f"{provider.title} needs a key: {self._how_to_set(provider.api_key_env)}"
            return CallFailure(reason="unauthorized", message=message)
        match _kind(key):
            case "a key":
                return None
            case "a place for a key":
                message = (
                    f"What {provider.api_key_env} holds is a place for a key, and no key: put the key itself there, "
                    "without quotation marks. Some clients replace no variables in their configuration."
                )
            case "damaged":
                message = f"The key in {provider.api_key_env} has a character that no key has: copy it again."
        return CallFailure(reason="unauthorized", message=message)

    def _how_to_set(self, variable: str) -> str:
        near = self._misnamed.get(variable)
        if near is None:
            return f"set the environment variable {variable}."
        return f"{near} is set, but the key is looked for in {variable}. Rename that variable."


@lru_cache(maxsize=64)
def _kind(key: str) -> Literal["a key", "a place for a key", "damaged"]:
    """Say what stands where a key should. It is asked before every call, and the pattern takes long."""
    if _PLACE_FOR_A_KEY.fullmatch(key):
        return "a place for a key"
    return "a key" if key.isascii() and key.isprintable() else "damaged"
