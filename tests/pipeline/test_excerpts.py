"""Which parts of the pages a verifier is shown, and how much of them is searched."""

from fusion_mcp.pipeline.verification.evidence.excerpts import excerpts, windows_of
from fusion_mcp.pipeline.verification.evidence.exhibits import exhibits
from scripted.bridge import LONG
from scripted.desks import labelled, page


def test_excerpts_are_the_windows_that_share_words_with_the_claims_within_the_limit() -> None:
    filler = "Nothing of interest happened in this village during those quiet decades. " * 400
    pages = (
        page(f"{filler}\nThe bridge measures 1,991 metres.\n{filler}", "alpha", url="https://one.example/"),
        page(filler, "beta", url="https://two.example/"),
    )
    windows = windows_of(exhibits(labelled("x", "y"), pages))
    found = excerpts(windows, [LONG], 3_000)
    assert [part.label for part in found] == ["S1"]
    assert "1,991 metres" in found[0].text
    assert sum(len(part.text) for part in found) <= 3_000
    assert excerpts(windows, [LONG], 3_000) == found


def test_no_more_is_searched_than_a_verifier_may_have_been_shown() -> None:
    endless = tuple(page("words " * 100_000, "alpha", url=f"https://{number}.example/") for number in range(20))
    row = exhibits(labelled("x", "y"), (page(" ", "alpha"), *endless))
    assert {len(each.text) for each in row if each.kind == "page"} == {200_000}
    assert [each.label for each in row] == ["Response A", "Response B", "S2", "S3", "S4", "S5", "S6"]
