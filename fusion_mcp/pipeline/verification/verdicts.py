"""What follows from the quotations that were found, pure: the verdict on a claim, and its reason in words.

Voices are counted, not quotations. A member and the pages that it brought are one voice, and so are all members that
brought the same page, and pages of one site: they may say the same because they read the same. A claim is

- contradicted, where something speaks against it, and not more voices speak for it;
- supported, where two members do, or one and a page that another has read, or a page that the person named: agreement,
  and no proof;
- from a single member, where one alone does, with whatever pages it alone has brought: one of them may be a forgery;
- unsupported, where nothing was found.

One voice against several is named in the reason and no more: else one bad member could have every true claim rewritten.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fusion_mcp.pipeline.verification.exhibits import Exhibit, Quote
from fusion_mcp.result import Verdict
from fusion_mcp.urls import host_of, site_of

_ENOUGH_MEMBERS = 2


@dataclass(frozen=True, kw_only=True)
class CheckedClaim:
    """A claim and what was found, in labels: for it, against it, and what follows."""

    claim: str
    verdict: Verdict
    supports: tuple[Quote, ...] = ()
    contradicts: tuple[Quote, ...] = ()
    reason: str = ""


def judged(claim: str, supports: Sequence[Quote], contradicts: Sequence[Quote]) -> CheckedClaim:
    """Judge a claim by what was found. Words that are given for and against it count for neither."""
    both = {_key(quote) for quote in supports} & {_key(quote) for quote in contradicts}
    for_it = tuple(quote for quote in supports if _key(quote) not in both)
    against = tuple(quote for quote in contradicts if _key(quote) not in both)
    verdict, reason = _verdict(for_it, against)
    return CheckedClaim(claim=claim, verdict=verdict, supports=for_it, contradicts=against, reason=reason)


def unchecked(claim: str, reason: str) -> CheckedClaim:
    """Give a claim of which nothing is known."""
    return CheckedClaim(claim=claim, verdict="unchecked", reason=reason)


def twice_judged(first: CheckedClaim, second: CheckedClaim) -> CheckedClaim:
    """Join what two judges found: where one of them alone sees a contradiction, the claim is disputed."""
    joined = judged(
        first.claim, _joined(first.supports, second.supports), _joined(first.contradicts, second.contradicts)
    )
    seen = [each.verdict == "contradicted" for each in (first, second)]
    if all(seen) or not any(seen):
        return joined
    who, other = ("the verifier", "the second judge") if seen[0] else ("the second judge", "the verifier")
    finding = first if seen[0] else second
    reason = f"{who.capitalize()} finds it contradicted and {other} does not. {finding.reason}"
    return CheckedClaim(
        claim=first.claim,
        verdict="disputed",
        supports=joined.supports,
        contradicts=finding.contradicts,
        reason=reason,
    )


def _verdict(for_it: Sequence[Quote], against: Sequence[Quote]) -> tuple[Verdict, str]:
    if not for_it and not against:
        return "unsupported", "Nothing in the answers or the retrieved pages was found to say so."
    reason = " ".join((*_told("For it", for_it), *_told("Against it", against)))
    if against and _voices(for_it) <= _voices(against):
        return "contradicted", reason
    if not any(quote.exhibit.is_given for quote in for_it) and len(_seats(for_it)) < _ENOUGH_MEMBERS:
        return "single_member", f"{reason} Nobody else confirms it."
    return "supported", reason


def _told(side: str, quotes: Sequence[Quote]) -> Iterator[str]:
    """Tell who speaks for or against a claim, and whether that is one source in several places."""
    if not quotes:
        return
    members, pages = _members(quotes), _pages(quotes)
    named = [*members, *([f"{len(pages)} pages" if len(pages) > 1 else "a page"] if pages else [])]
    yield f"{side}: {' and '.join((', '.join(named[:-1]), named[-1])) if len(named) > 1 else named[0]}."
    if not pages and len(members) > 1 and _read_by_all(quotes):
        yield "They read the same page, so this may be one source."
    if not pages or _voices(quotes) > 1:
        return
    if len(members) > 1:
        yield "That is one source: these members read the same page."
    elif len({seat for page in pages for seat in page.seats}) <= 1:
        yield "That is one source: one member alone brought it."


def _read_by_all(quotes: Sequence[Quote]) -> set[str]:
    """The pages that all of these authors read."""
    return set(quotes[0].exhibit.read).intersection(*(quote.exhibit.read for quote in quotes))


def _members(quotes: Sequence[Quote]) -> list[str]:
    return sorted({quote.exhibit.label for quote in quotes if quote.exhibit.kind == "answer"})


def _seats(quotes: Sequence[Quote]) -> set[str]:
    """Name everybody through whose hands it came."""
    return {seat for quote in quotes for seat in quote.exhibit.seats}


def _pages(quotes: Sequence[Quote]) -> list[Exhibit]:
    return [quote.exhibit for quote in quotes if quote.exhibit.kind == "page"]


def _voices(quotes: Sequence[Quote]) -> int:
    """Count those who can be right or wrong independently of each other."""
    voices: list[set[str]] = []
    for quote in quotes:
        marks = set(_marks(quote.exhibit))
        apart = [voice for voice in voices if not voice & marks]
        voices = [*apart, marks.union(*(voice for voice in voices if voice & marks))]
    return len(voices)


def _marks(exhibit: Exhibit) -> Iterator[str]:
    """What makes two sources one: a member's hand, or a site."""
    yield from (f"seat {seat}" for seat in exhibit.seats)
    if exhibit.kind == "page":
        yield f"site {site_of(host_of(exhibit.url)) or exhibit.url}"


def _joined(first: Sequence[Quote], second: Sequence[Quote]) -> tuple[Quote, ...]:
    return tuple({quote.exhibit.label: quote for quote in (*second, *first)}.values())


def _key(quote: Quote) -> tuple[str, str]:
    return quote.exhibit.label, quote.text.casefold()
