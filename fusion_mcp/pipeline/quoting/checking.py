"""Whether the words that an answer puts between quotation marks stand in the source that it names, pure.

A quotation is attributed to the links beside it. How an answer is cut into quotations is `finding`, how texts
are compared is `wording`; here is what comes of it. Only what is not there is marked: finding a quotation says that a
page says so, not that it is so.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from fusion_mcp.cleaning import one_line
from fusion_mcp.links import known_links
from fusion_mcp.pipeline.quoting.finding import Quotation, quotations
from fusion_mcp.pipeline.quoting.mark import MARKS, Verdict
from fusion_mcp.pipeline.quoting.wording import Wording, is_quoted_in
from fusion_mcp.types import Page
from fusion_mcp.urls import normalised
from fusion_mcp.values import value, worked_out

_MOST_CHECKED = 300
"""Quotations of one text that are looked up; no honest answer has as many."""
_MOST_TOLD = 8
_QUOTE_LENGTH = 80
_URL_LENGTH = 150
_DOUBT: Mapping[Verdict, int] = {"supported": 0, "unchecked": 1, "not_found": 2, "not_retrieved": 2}


@value
class Finding:
    """What became of one quotation: `unchecked` where only an excerpt of its source is known."""

    quote: str
    url: str
    verdict: Verdict


@value
class CheckedText:
    """A text with its unsupported quotations marked, and what was found of each one."""

    text: str
    findings: tuple[Finding, ...] = ()


class Shelf:
    """The sources of one run, kept for all its texts: each is made ready when somebody first quotes it.

    `given` are addresses that the person named and nobody may have read: `asked`, what the person wrote, is all that is
    known of them.
    """

    def __init__(self, pages: Sequence[Page] = (), *, given: Iterable[str] = (), asked: str = "") -> None:
        question = _Source("", asked, is_whole=False)
        self._sources = {normalised(url): question for url in given}
        for page in pages:
            self._sources[normalised(page.url) or page.url] = _Source(page.title, page.text, is_whole=page.whole)
        self.knows = known_links(url for url in self._sources if url)

    def verdict(self, quote: str, url: str) -> Verdict:
        """Say whether the source at an address, however that is spelled, has the words of a quotation."""
        source = self._sources.get(normalised(url) or url)
        if source is None:
            return "not_retrieved"
        if is_quoted_in(quote, source.wording):
            return "supported"
        return "not_found" if source.is_whole else "unchecked"


def check_quotations(text: str, shelf: Shelf) -> CheckedText:
    """Look up every quotation that `text` attributes to a source, and mark those that are not there.

    Checking what is marked already marks nothing twice.
    """
    findings: list[Finding] = []
    pieces: list[str] = []
    at = 0
    for quotation in islice(quotations(text, shelf.knows), _MOST_CHECKED):
        finding = _finding(quotation, shelf)
        findings.append(finding)
        mark = MARKS.get(finding.verdict, "")
        if mark and not text.startswith(f" {mark}", quotation.end):
            pieces += (text[at : quotation.end], f" {mark}", _apart(text, quotation.end))
            at = quotation.end
    return CheckedText(text="".join((*pieces, text[at:])) if pieces else text, findings=tuple(findings))


def unsupported(findings: Iterable[Finding], who: str) -> Iterator[str]:
    """Tell the person which quotations of `who` are not supported, one sentence each."""
    marked = [finding for finding in findings if finding.verdict in MARKS]
    for finding in marked[:_MOST_TOLD]:
        quote, url = one_line(finding.quote, _QUOTE_LENGTH), one_line(finding.url, _URL_LENGTH).replace("`", "'")
        fault = "the page does not say so" if finding.verdict == "not_found" else "nobody read that page in this run"
        yield f"{who} quotes “{quote}” from `{url}`: {fault}."
    if len(marked) > _MOST_TOLD:
        yield f"{who} has {len(marked) - _MOST_TOLD} more quotations that their sources do not support."


class _Source:
    """A page, or what is known of it."""

    def __init__(self, title: str, text: str, *, is_whole: bool) -> None:
        self.is_whole = is_whole
        self._text = f"{title}\n\n{text}"

    @worked_out
    def wording(self) -> Wording:
        return Wording(self._text)


def _finding(quotation: Quotation, shelf: Shelf) -> Finding:
    """Judge a quotation by the source that supports it best, of those beside it; by the first where none does."""
    judged: list[tuple[Verdict, str]] = [(shelf.verdict(quotation.text, url), url) for url in quotation.urls]
    verdict, url = min(judged, key=lambda each: _DOUBT[each[0]])
    return Finding(quote=quotation.text, url=url, verdict=verdict)


def _apart(text: str, at: int) -> str:
    """Keep a mark from becoming the text of a link with what follows it."""
    return " " if text[at : at + 1] in ("(", "[", ":") else ""
