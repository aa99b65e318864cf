"""Which proxy an environment names for which addresses, in the patterns that httpx2 mounts transports by. Pure.

Read from a mapping and not from the process, so that whoever starts a search says where it may go. The rules are those
of httpx2 itself and of curl: small letters win over capitals, and NO_PROXY="*" switches all of it off.
"""

import ipaddress
import re
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from fusion_mcp import guard

_NAME = re.compile(r"(?:\*?\.)?[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*+(?::[0-9]{1,5})?", re.ASCII)


def proxies(environ: Mapping[str, str]) -> dict[str, str | None]:
    """By pattern, as in `https://` or `all://*example.org`, the URL of a proxy, or None for no proxy."""
    named = {f"{scheme}://": _variable(environ, f"{scheme}_proxy") for scheme in ("http", "https", "all")}
    exceptions = [host.strip() for host in _variable(environ, "no_proxy").split(",")]
    if "*" in exceptions:
        return {}
    found: dict[str, str | None] = {pattern: _as_url(proxy) for pattern, proxy in named.items() if proxy}
    passed = (_pattern(host) for host in exceptions if host)
    return found | {pattern: None for pattern in passed if pattern} if found else {}


def proxy_for_all(environ: Mapping[str, str]) -> str | None:
    """Name the proxy for https, for what takes one proxy and no exceptions."""
    found = proxies(environ)
    return found.get("https://") or found.get("all://")


def past_proxies(urls: Iterable[str]) -> set[str]:
    """Give the patterns of those addresses that are on this machine: no proxy stands in front of it."""
    hosts = {urlsplit(url).hostname or "" for url in urls}
    return {f"all://{_in_url(host)}" for host in hosts if guard.is_loopback(host)}


def _variable(environ: Mapping[str, str], name: str) -> str:
    return environ.get(name, "").strip() or environ.get(name.upper(), "").strip()


def _as_url(proxy: str) -> str:
    return proxy if "://" in proxy else f"http://{proxy}"


def _pattern(entry: str) -> str | None:
    """Write an entry of NO_PROXY as a pattern; None for one that cannot be read, which is passed over as curl does."""
    bare, slash, mask = entry.strip("[]").partition("/")
    if _is_network(f"{bare}{slash}{mask}"):
        return f"all://{_in_url(bare)}{slash}{mask}"
    if not _NAME.fullmatch(entry):
        return None
    return f"all://{entry}" if entry.lower() == "localhost" or entry.startswith("*.") else f"all://*{entry}"


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _is_network(text: str) -> bool:
    try:
        _ = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True
