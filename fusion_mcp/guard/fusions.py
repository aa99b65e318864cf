"""Models that are themselves panels, and addresses that are our own. Pure."""

from fnmatch import fnmatchcase
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from fusion_mcp.types import ModelRef

FUSION_MODELS = (
    "openrouter/fusion",
    "openrouter/fusion-*",
    "litellm/fusion",
    "litellm/fusion-*",
    "trustedrouter/fusion",
    "trustedrouter/fusion-*",
    "fusion-mcp/*",
)
"""Routers that run a panel behind one model name, as their vendors document them. Not models: they do not go stale."""


def is_fusion(model: ModelRef) -> bool:
    """Tell whether a model is itself a panel, under whatever provider and with whatever variant suffix.

    Routers name the models of other routers by a path, as in `openrouter/openrouter/fusion`: its end is what counts.
    """
    # Marks of OpenRouter's: `~` for the latest version, `:free` for a variant, `@preset/mine` for one's own settings.
    bare = model.model.strip().lower().replace("~", "").split(":")[0].split("@")[0]
    steps = [model.provider.lower(), *filter(None, bare.split("/"))]
    names = ("/".join(steps[-2:]), "/".join(steps[1:]))
    return any(fnmatchcase(name, pattern) for name in names for pattern in FUSION_MODELS)


def is_own_address(base_url: str | None, own: str | None) -> bool:
    """Tell whether a provider's address is the one that this very process serves, by whatever loopback name."""
    if not base_url or not own:
        return False
    return _host_and_port(base_url) == _host_and_port(own)


def _host_and_port(url: str) -> tuple[str, int | None]:
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return ("loopback" if is_loopback(host) else host), port


def is_loopback(host: str) -> bool:
    """Tell whether a URL's host is this machine: a loopback address or name, or the unspecified address."""
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    address = mapped or address
    return address.is_loopback or address.is_unspecified
