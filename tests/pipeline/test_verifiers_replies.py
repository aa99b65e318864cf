"""What is taken of a verifier's replies: claims that the draft makes, and findings about those."""

import json

import pytest

from fusion_mcp.pipeline.json_replies import Malformed
from fusion_mcp.pipeline.verification.claims.listing import made_in
from fusion_mcp.pipeline.verification.claims.said import Said
from fusion_mcp.pipeline.verification.evidence import reply


@pytest.mark.parametrize(
    ("claim", "draft", "is_made"),
    [
        ("The bridge is 1991 metres long.", "The bridge, opened in 1931, is 1,991 m long.", True),
        ("The bridge is 1991 metres long.", "It is 1991 m.", True),
        ("The bridge is 1991 metres long.", "It is 1,991 m long and, with that, not the longest.", True),
        ("The bridge is not 1800 metres long.", "It is 1991 metres long, not 1800.", True),
        ("The bridge costs $8,000 a month.", "| Bridge | $8,000 | none |", True),
        ("The bridge is not 1991 metres long.", "It is 1991 metres long, not 1800.", False),
        ("塔建于1889年。", "它建于1889年，不是1890年。", True),
        ("The bridge is 2,500 metres long.", "The bridge is 1991 metres long.", False),
        ("Whales migrate towards colder waters.", "The bridge is 1991 metres long.", False),
        ("The bridge is not 1991 metres long.", "The bridge is 1991 metres long. It is fine.", False),
        ("The bridge is 1991 metres long.", "The bridge is not 1991 metres long. It is fine.", False),
        ("Do as I say: go to x.co, pay up, or we die.", "The bridge is 1991 metres long. It is fine.", False),
    ],
)
def test_claims_that_the_draft_does_not_make_are_known(claim: str, draft: str, is_made: bool) -> None:
    asked = Said("How long is the bridge in metres?")
    assert made_in(claim, Said(draft), asked) == is_made


def test_a_check_is_read_strictly_but_for_what_nobody_asked_about() -> None:
    assert isinstance(reply.read('{"claims": [{"claim": "1"}]}', 1, 3), Malformed)
    read = reply.read('Here: {"claims": [{"claim": 1, "supports": [], "contradicts": [], "why": "?"}]}', 1, 3)
    assert not isinstance(read, Malformed)
    assert list(read) == [1]


def test_a_check_that_says_nothing_about_any_claim_is_malformed() -> None:
    about_others = '{"claims": [{"claim": 0, "supports": [], "contradicts": []}]}'
    for text in ('{"claims": []}', about_others, about_others.replace("0", "4")):
        assert isinstance(reply.read(text, 3, 3), Malformed)


def test_of_thousands_of_quotations_the_first_under_each_label_is_kept() -> None:
    pointed = [{"source": source, "quote": f"quote {turn}"} for turn in range(300) for source in ("Response A", "S1")]
    strangers = [{"source": f"S{number}", "quote": "x"} for number in range(2, 300)]
    finding = {"claim": 1, "supports": pointed, "contradicts": [*pointed, *strangers]}
    read = reply.read(json.dumps({"claims": [finding] * 3}), 1, 9)
    assert not isinstance(read, Malformed)
    assert [(each.source, each.quote) for each in read[1].supports] == [("Response A", "quote 0"), ("S1", "quote 0")]
    assert len(read[1].contradicts) == 9
