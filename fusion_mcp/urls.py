"""Web addresses as words: finding them in a text, telling whether two are the same, and whose they are. Pure.

Whether an address may be visited is the tools' to say; what becomes of links in an answer is `links`.
"""

import ipaddress
import re
from collections.abc import Iterator

_IN_TEXT = re.compile(r"https?://[^\s<>\"`\u3001\u3002\uff0c\u300d\u300f]+", re.IGNORECASE)
_ANY_SCHEME = re.compile(r"\b\w+://\S*")
_TRAILING = ".,;:!?'*_~)]}|\\\u2019\u201d\u00bb"
"""What often follows an address in prose and seldom ends one."""
_MOST_TRIMMED = 6
"""How many signs may stand behind an address: more are no prose."""
_PARTS = re.compile(r"(https?)://([^/?#\\\s@]+)((?:[/?][^#\s\\]*)?)(?:#\S*)?", re.IGNORECASE)
_SECOND_LEVEL = re.compile("ac|com?|edu|gob?|gouv|gov|ltd|me|mil|net?|nom|org?|sch")
"""What stands before a country's letters and is no owner: co.uk, com.au, ac.jp."""
_PORTS = {"http": ":80", "https": ":443"}


def without_addresses(text: str) -> str:
    """Put a word in place of each address, of any scheme: for words that are shown before anybody vouched for it."""
    return _ANY_SCHEME.sub("(link)", text) if "://" in text else text  # to see that is much faster


def urls_in(text: str) -> Iterator[str]:
    """Find the addresses that a person wrote into a text.

    One that ends in punctuation is given both with it and without, since nobody can know whether it belongs to it.
    """
    for found in _IN_TEXT.finditer(text):
        url = found[0]
        yield url
        for _ in range(_MOST_TRIMMED):
            if url[-1] not in _TRAILING:
                break
            url = url[:-1]
            yield url


def normalised(url: str) -> str | None:
    """Spell an http or https address as every other spelling of it: RFC 3986, sections 6.2.2.1 and 6.2.3.

    Scheme and host become small letters, the scheme's own port, an empty path and the fragment go. Nothing else is
    touched, path and query least of all. None for what is no such address.
    """
    parts = _PARTS.fullmatch(url.strip())
    if parts is None:
        return None
    scheme, authority, rest = parts[1].lower(), parts[2].lower().removesuffix(_PORTS[parts[1].lower()]), parts[3]
    return f"{scheme}://{authority}{rest if rest.startswith('/') else f'/{rest}'}"


def host_of(url: str) -> str:
    """Name the host of an address, without its port; '' for what is no http or https address."""
    parts = _PARTS.fullmatch(url.strip())
    if parts is None:
        return ""
    return re.sub(r":\d*$", "", parts[2].lower()).strip("[]").rstrip(".")


def site_of(host: str) -> str:
    """Name what one owner is likely to hold: the last two labels of a host, or three under a country's `co` or `com`.

    A guess for limits, where a list of public suffixes would be a dependency; never a reason to trust.
    """
    labels = host.split(".")
    if _is_address(host) or len(labels) <= 2:  # noqa: PLR2004 - a name and its top-level domain
        return host
    second_level = len(labels[-1]) == 2 and _SECOND_LEVEL.fullmatch(labels[-2])  # noqa: PLR2004 - a country
    return ".".join(labels[-3:] if second_level else labels[-2:])


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
