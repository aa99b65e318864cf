"""What a URL asks for, read once and strictly: whom to look up, connect to and name in the request. Pure.

What is looked up, connected to and asked for comes from this one reading of it. That a run may fetch a URL at all was
decided before, by its spelling (`provenance`, `urls`); whether the numeric address behind a host may be connected to is
`address`'s to say.
"""

import ipaddress
import re
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import quote, urljoin

import idna

from fusion_mcp.tools.faults import ToolFault
from fusion_mcp.tools.web_address import LONGEST_URL

PORTS = {"http": 80, "https": 443}

_UNFIT = re.compile(r"[\s\\\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_URL = re.compile(r"(https?)://([^/?#]*+)([^?#]*+)(\?[^#]*+)?(?:#.*)?", re.IGNORECASE)
_AUTHORITY = re.compile(r"(\[[^\[\]@]*\]|[^\[\]:@]*)(?::([1-9][0-9]{0,4}))?")
_NAME = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
_MAX_NAME = 253
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
"""The last label of a name that some resolvers take for an IPv4 address (URL Standard, section 3.5)."""
_VISIBLE = "".join(map(chr, range(0x21, 0x7F)))
"""What stands in a request line as it is: only characters outside of ASCII are escaped, so the URL stays the same."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """One address to get. `url` is as it was written, without its fragment.

    `host` is a name in its ASCII form, or a numeric address without brackets (`numeric`). `path` is what the request
    asks for, query included. `exempt`: the person let this host and port through the address guard.
    """

    url: str
    scheme: str
    host: str
    numeric: bool
    port: int
    path: str
    exempt: bool

    @property
    def authority(self) -> str:
        """The Host header's value."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def parse(url: str, allow_private: Collection[str] = ()) -> Target:
    """Read a URL. Raises ToolFault("address_refused") for what cannot, or must not, be asked for.

    `allow_private` holds `host:port` pairs; only a URL that spells its host and port exactly so is exempt.
    """
    if len(url) > LONGEST_URL:
        raise refused(f"it is longer than {LONGEST_URL:,} characters")
    if _UNFIT.search(url):
        raise refused("it holds a backslash, a space or a control character")
    parts = _URL.fullmatch(url)
    if parts is None:
        raise refused("it does not begin with http:// or https://")
    scheme = parts[1].lower()
    written, port = _host_and_port(parts[2], PORTS[scheme])
    exempt = f"{written}:{port}" in allow_private
    if not exempt and port not in PORTS.values():
        raise refused("its port is neither 80 nor 443")
    host, numeric = _host(written, exempt=exempt)
    path = quote((parts[3] or "/") + (parts[4] or ""), safe=_VISIBLE)
    plain = url.partition("#")[0]
    return Target(url=plain, scheme=scheme, host=host, numeric=numeric, port=port, path=path, exempt=exempt)


def redirected(base: Target, location: str) -> str:
    """Give the URL that a redirect leads to, to be read by `parse`. Raises ToolFault("address_refused")."""
    location = location.strip().replace(" ", "%20")
    if _UNFIT.search(location):  # before urljoin, which drops some of these in silence
        raise refused("it redirects to what is no proper address")
    try:
        return urljoin(base.url, location)
    except ValueError as error:
        raise refused("it redirects to what is no proper address") from error


def refused(why: str) -> ToolFault:
    """Say that an address is not visited. `why` is a clause about "it" in our own words."""
    return ToolFault(
        "address_refused",
        f"This address is not visited: {why}. Only public pages of the web can be read: choose another one, or answer "
        "from what you have.",
    )


def _host_and_port(authority: str, default: int) -> tuple[str, int]:
    if "@" in authority:
        raise refused("it holds a user name or a password")
    parts = _AUTHORITY.fullmatch(authority)
    if parts is None or not parts[1]:
        raise refused("its host and port cannot be read")
    return parts[1], int(parts[2] or default)


def _host(written: str, *, exempt: bool) -> tuple[str, bool]:
    """Give the host in the one form that is used from here on, and whether it is a numeric address."""
    if written.startswith("["):
        return _ipv6(written[1:-1]), True
    if _is_ipv4(written):
        return written, True
    name = _ascii(written)
    if not exempt and _NUMBER.fullmatch(name.rpartition(".")[2]):
        raise refused("its host is a number in an unusual spelling")
    if len(name) > _MAX_NAME or not _NAME.fullmatch(name):
        raise refused("its host is no proper name")
    return name, False


def _ascii(written: str) -> str:
    """Spell a name in ASCII, small, without the dot of the root; what IDNA makes of it is judged like any other."""
    name = written
    if not written.isascii():
        if len(written) > _MAX_NAME:
            raise refused("its host is no proper name")
        try:
            name = idna.encode(written, uts46=True).decode("ascii")
        except UnicodeError as error:
            raise refused("its host is no proper name") from error
    return name.lower().removesuffix(".")


def _is_ipv4(name: str) -> bool:
    try:
        ipaddress.IPv4Address(name)
    except ValueError:
        return False
    return True


def _ipv6(text: str) -> str:
    if "%" in text:
        raise refused("its host names a network interface")
    try:
        return ipaddress.IPv6Address(text).compressed
    except ValueError as error:
        raise refused("its host is no proper address") from error
