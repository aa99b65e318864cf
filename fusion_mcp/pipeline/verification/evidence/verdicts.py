"""What follows from the quotations that were found, pure: the verdict on a claim, and its reason in words.

Either side is as strong as the members who say so themselves, and one more where it has pages that somebody else has
read: who says so already lends its own page nothing, since it may have forged that, nor does who says the opposite.
Pages are one source, however many members read them without a word about it. A page that the person named is as good
as two members.

- Nothing was found: unsupported.
- Nothing speaks against it: supported by two, which is agreement and no proof, or by a page that two have read; else
  from a single member.
- Nothing speaks for it, or less does: contradicted. But members without a page never outweigh a page that the person
  named, however many they are: that is disputed.
- More speaks for it: supported. Who says otherwise is named in the reason and no more: else one bad member could have
  every true claim rewritten.
- As much for it as against it: contradicted if the other side alone has a page, else disputed, for most claims on which
  a panel is divided are true.

More evidence for a claim never makes its verdict worse, and more against it never better.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fusion_mcp.pipeline.verification.evidence.exhibits import Exhibit
from fusion_mcp.pipeline.verification.evidence.quotes import Quote
from fusion_mcp.result import Verdict

_ENOUGH = 2
"""What bears a claim out."""

Quotes = Sequence[Quote]


@dataclass(frozen=True, kw_only=True)
class CheckedClaim:
    """A claim and what was found, in labels: for it, against it, and what follows."""

    claim: str
    verdict: Verdict
    supports: tuple[Quote, ...] = ()
    contradicts: tuple[Quote, ...] = ()
    reason: str = ""


def judged(claim: str, supports: Quotes, contradicts: Quotes) -> CheckedClaim:
    """Judge a claim by what was found. Words that are given for and against it count for neither."""
    both = {_key(quote) for quote in supports} & {_key(quote) for quote in contradicts}
    for_it = tuple(quote for quote in supports if _key(quote) not in both)
    against = tuple(quote for quote in contradicts if _key(quote) not in both)
    verdict = _verdict(for_it, against)
    reason = " ".join(_reasons(verdict, for_it, against))
    return CheckedClaim(claim=claim, verdict=verdict, supports=for_it, contradicts=against, reason=reason)


def unchecked(claim: str, reason: str) -> CheckedClaim:
    """Give a claim of which nothing is known."""
    return CheckedClaim(claim=claim, verdict="unchecked", reason=reason)


def twice_judged(first: CheckedClaim, second: CheckedClaim) -> CheckedClaim:
    """Judge by all that two judges found, or one in two looks, so that silence overrules nothing.

    Words that one takes to speak for the claim and the other against it count for neither.
    """
    if "unchecked" in (first.verdict, second.verdict):
        return first if second.verdict == "unchecked" else second
    supports, contradicts = _joined(first.supports, second.supports), _joined(first.contradicts, second.contradicts)
    return judged(first.claim, supports, contradicts)


def _verdict(for_it: Quotes, against: Quotes) -> Verdict:
    ours, theirs = _strength(for_it, against), _strength(against, for_it)
    if not theirs:
        is_enough = ours >= _ENOUGH or len(_hands(for_it)) >= _ENOUGH
        return "supported" if is_enough else "single_member" if ours else "unsupported"
    if ours > theirs:
        return "supported"
    if not for_it:
        return "contradicted"
    if ours == theirs:
        return "contradicted" if _pages(against) and not _pages(for_it) else "disputed"
    return "disputed" if _is_given(for_it) and not _pages(against) else "contradicted"


def _strength(side: Quotes, other: Quotes) -> int:
    """Say how strong a side is. It never shrinks where that side gains, nor grows where the other does."""
    if not side:
        return 0
    writers = _writers(side)
    pages = 1 if _hands(side) - writers - _writers(other) else 0
    return max(len(writers) + pages, _ENOUGH if _is_given(side) else 1)


def _reasons(verdict: Verdict, for_it: Quotes, against: Quotes) -> Iterator[str]:
    yield from _told("For it", for_it)
    yield from _told("Against it", against)
    if verdict == "unsupported":
        yield "No words to say so were found in the answers or the retrieved pages."
    elif verdict == "single_member":
        yield "Nobody else confirms it."
    elif verdict == "disputed":
        yield "Neither side outweighs the other."


def _told(side: str, quotes: Quotes) -> Iterator[str]:
    """Tell who speaks for or against a claim, and whether that may be one source in several places."""
    if not quotes:
        return
    members, pages = _members(quotes), _pages(quotes)
    named = [*members, *([f"{len(pages)} pages" if len(pages) > 1 else "a page"] if pages else [])]
    yield f"{side}: {' and '.join((', '.join(named[:-1]), named[-1])) if len(named) > 1 else named[0]}."
    if len(members) > 1 and _read_by_all(quotes):
        yield "These members read the same page, so this may be one source."
    if pages and len(_hands(quotes)) <= 1:
        yield "That is one source: one member alone brought it."


def _read_by_all(quotes: Quotes) -> set[str]:
    """The pages that the authors of all these answers read."""
    read = [quote.exhibit.read for quote in quotes if quote.exhibit.kind == "answer"]
    return set(read[0]).intersection(*read)


def _members(quotes: Quotes) -> list[str]:
    return sorted({quote.exhibit.label for quote in quotes if quote.exhibit.kind == "answer"})


def _writers(quotes: Quotes) -> set[str]:
    """Name everybody who says so itself."""
    return {seat for quote in quotes if quote.exhibit.kind == "answer" for seat in quote.exhibit.seats}


def _hands(quotes: Quotes) -> set[str]:
    """Name everybody through whose hands it came."""
    return {seat for quote in quotes for seat in quote.exhibit.seats}


def _pages(quotes: Quotes) -> list[Exhibit]:
    return [quote.exhibit for quote in quotes if quote.exhibit.kind == "page"]


def _is_given(quotes: Quotes) -> bool:
    return any(quote.exhibit.is_given for quote in quotes)


def _joined(first: Quotes, second: Quotes) -> tuple[Quote, ...]:
    return tuple({quote.exhibit.label: quote for quote in (*second, *first)}.values())


def _key(quote: Quote) -> tuple[str, str]:
    return quote.exhibit.label, quote.text.casefold()
