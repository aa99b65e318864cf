"""Where a run may search and read, as the person and the preset limit it. Pure.

Whether an address of such a host may be connected to is the tools' to say.
"""

from collections.abc import Iterable

import idna

from fusion_mcp.values import value


@value
class Domains:
    """Allowed and excluded domains, each written as in `example.org` and standing for its subdomains too.

    `allowed` holds the lists of everyone who has a say; each one that is not empty must be satisfied.
    """

    allowed: tuple[tuple[str, ...], ...] = ()
    excluded: tuple[str, ...] = ()

    def permits(self, host: str) -> bool:
        """Tell whether a host, as it stands in a URL and without its port, lies within."""
        return self._is_allowed(host) and not _is_under(host, self.excluded)

    @property
    def only(self) -> tuple[str, ...]:
        """The domains that satisfy every list, for a search that can be told to keep to some. () for all there are.

        Of lists that have nothing in common nothing is left either: see `are_contradictory`.
        """
        named = dict.fromkeys(domain for names in self.allowed for domain in names)
        return tuple(domain for domain in named if self.permits(domain))

    @property
    def are_contradictory(self) -> bool:
        """Whether there is no domain at all that satisfies every list."""
        return any(self.allowed) and not self.only

    def _is_allowed(self, host: str) -> bool:
        return all(_is_under(host, names) for names in self.allowed if names)


def _is_under(host: str, domains: Iterable[str]) -> bool:
    name = _plain(host)
    return any(name == domain or name.endswith(f".{domain}") for domain in map(_plain, domains))


def _plain(host: str) -> str:
    """Spell a name as the domain name system has it, also one in letters that are not ASCII."""
    name = host.strip().strip("[]").rstrip(".").lower()
    if name.isascii():
        return name
    try:
        return idna.encode(name, uts46=True).decode("ascii")
    except idna.IDNAError:
        return name
