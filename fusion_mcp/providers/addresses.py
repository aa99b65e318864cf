"""Where a model is called and with which key, and why none can be had. Sends nothing."""

from collections.abc import Callable

from fusion_mcp.providers.catalog.provider import EMBEDDED, Provider
from fusion_mcp.providers.local.runtime import LocalRuntime
from fusion_mcp.types import CallFailure, ModelRef


class Addresses:
    """The addresses of a catalogue's providers; that of the embedded model is known once its process runs."""

    def __init__(self, key_of: Callable[[str], str | None], embedded: LocalRuntime) -> None:
        """`key_of` maps an environment variable's name to its value."""
        self._key_of = key_of
        self._embedded = embedded

    async def find(self, provider: Provider, model: ModelRef) -> tuple[str, str | None]:
        """Give the base URL and the key. Raises LocalModelError where the embedded model does not start."""
        if provider.name == EMBEDDED:
            endpoint = await self._embedded.endpoint(model.model)
            return endpoint.base_url, endpoint.api_key
        return provider.base_url or "", self.key(provider)

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
            message = f"{provider.title} needs a key: set the environment variable {provider.api_key_env}."
            return CallFailure(reason="unauthorized", message=message)
        if not (key.isascii() and key.isprintable()):
            message = f"The key in {provider.api_key_env} has a character that no key has: copy it again."
            return CallFailure(reason="unauthorized", message=message)
        return None
