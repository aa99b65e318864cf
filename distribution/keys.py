"""The keys that people may have, by the names of their environment variables: the catalogue's, in its order."""

from dataclasses import dataclass

from fusion_mcp.providers.catalog.catalog import builtin


@dataclass(frozen=True, kw_only=True)
class Key:
    """A key's variable, and whose key it is."""

    variable: str
    title: str

    @property
    def field(self) -> str:
        """Its name where a client asks for it."""
        return self.variable.lower()


def keys() -> tuple[Key, ...]:
    """All keys of model providers; the first one reaches every vendor's models."""
    servers = (provider for provider in builtin().values() if provider.agent is None)
    return tuple(
        Key(variable=provider.api_key_env, title=provider.title) for provider in servers if provider.api_key_env
    )
