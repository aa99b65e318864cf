"""Links as a page writes them, made absolute. Pure."""

import re
from urllib.parse import urljoin

from fusion_mcp.tools.web_address import LONGEST_URL, is_web_address

_REMOVED = re.compile(r"[\t\r\n]")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*+:", re.IGNORECASE)

_SIGNS = r"-A-Za-z0-9_.~%!$&'()*+,=:@"
_ORIGIN = r"https?://[a-z0-9.-]+(?::[0-9]+)?"
_USUAL = re.compile(rf"({_ORIGIN})?((?=/)(?:/(?!\.)[{_SIGNS}]++)*+/?(?:\?[{_SIGNS}/?]++)?)(?:#\S*)?")
"""A path from the root, perhaps behind a host: joining it to anything changes nothing in it, and takes long."""


class Addresses:
    """The addresses of one document, each relative to where it is or what it says to be its base."""

    def __init__(self, url: str, base: str = "") -> None:
        """`url` is where the document was found; `base` its `<base href>`, which counts if it is http or https."""
        self._here = url.partition("#")[0]
        self._base = _joined(url, base) or url
        origin = re.match(rf"{_ORIGIN}(?=[/?]|$)", self._base)
        self._origin = origin[0] if origin else ""
        self._known: dict[str, str | None] = {}

    def absolute(self, href: str) -> str | None:
        """Resolve `href` and drop its fragment; None for what leads nowhere else, or nowhere one may go."""
        if href not in self._known:
            address = self._usual(href) or _joined(self._base, href)
            self._known[href] = None if address == self._here else address
        return self._known[href]

    def _usual(self, href: str) -> str | None:
        usual = _USUAL.fullmatch(href) if len(href) <= LONGEST_URL else None
        origin = usual and (usual[1] or self._origin)
        address = origin + usual[2] if usual and origin else ""
        return address if 0 < len(address) <= LONGEST_URL else None


def _joined(base: str, href: str) -> str | None:
    href = _REMOVED.sub("", href.strip(" \t\r\n\f")).partition("#")[0].replace(" ", "%20")
    path, mark, query = href.partition("?")
    href = path.replace("\\", "/") + mark + query  # browsers take either for a slash
    if not href or len(href) > LONGEST_URL or (_SCHEME.match(href) and not href.lower().startswith("http")):
        return None
    try:
        address = urljoin(base, href)
    except ValueError:
        return None
    return address if is_web_address(address) else None
