"""The most that a run may cost: every call counts that anybody may make in it, and never more than the limit."""

from decimal import Decimal

from scripted.reckoning import EVEN, PLENTY, QUESTION, TRIO, preset, prices, reckon


def test_the_most_is_a_worst_case_and_never_above_the_limit() -> None:
    reckoned = reckon(TRIO, EVEN)
    assert reckoned.least_usd < reckoned.most_usd < PLENTY
    assert reckon(TRIO, EVEN, Decimal("0.1")).most_usd == Decimal("0.1")


def test_research_fallbacks_and_long_questions_make_the_worst_case_dearer() -> None:
    plain = reckon(TRIO, EVEN).most_usd
    spared = preset({"model": "alpha", "fallbacks": ["spare"]}, {"model": "beta"}, {"model": "gamma"})
    searching = TRIO.model_copy(update={"tools": ("web_search",)})
    assert reckon(spared, EVEN).most_usd > plain
    assert reckon(TRIO, EVEN, asked=QUESTION * 1000).most_usd > plain
    assert reckon(searching, EVEN).most_usd > plain
    assert reckon(searching, EVEN, web=False).most_usd == plain


def test_the_most_counts_every_call_that_a_run_may_make() -> None:
    a_dollar_a_call = prices(dict.fromkeys(("alpha", "beta", "spare", "judge", "writer"), (0, 1000)))
    short = {"max_output_tokens": 1000}
    roles = {"judge": {"model": "judge", **short}, "writer": {"model": "writer", **short}}
    other = {"model": "beta", **short}
    plain = preset({"model": "alpha", **short}, other, **roles)
    spared = preset({"model": "alpha", "fallbacks": ["spare"], **short}, other, **roles)
    searching = preset(
        {"model": "alpha", **short}, {**other, "tools": ()}, **roles, tools=("web_search",), max_tool_calls=5
    )
    judging, standing_in, writing = 2, 2, 1 + 1  # a judge, and whoever stands in, may mend a reply once
    after = judging + standing_in + writing
    assert reckon(plain, a_dollar_a_call).most_usd == 2 + 2 + after
    assert reckon(plain, a_dollar_a_call, writes=False).most_usd == 2 + 2 + judging + standing_in
    assert reckon(spared, a_dollar_a_call).most_usd == 4 + 2 + after
    assert reckon(searching, a_dollar_a_call).most_usd == 5 + 2 + 2 + after


def test_the_most_counts_whoever_may_stand_in_for_the_judge_or_the_synthesizer() -> None:
    named = ("alpha", "beta", "spare", "judge", "writer")
    for dear in ("alpha", "beta", "judge", "writer"):
        only_dear = prices({name: (0, 1000) if name == dear else (0, 0) for name in named})
        short = {"max_output_tokens": 1000}
        members = ({"model": "alpha", **short}, {"model": "beta", **short})
        two = preset(*members, judge={"model": "judge", **short}, writer={"model": "writer", **short})
        one = preset(*members, judge={"model": "judge", **short}, writer={"model": "judge", **short})
        spared = preset(
            *members,
            judge={"model": "judge", "fallbacks": ["spare"], **short},
            writer={"model": "writer", "fallbacks": ["spare"], **short},
        )
        is_member = dear in ("alpha", "beta")
        assert reckon(two, only_dear).most_usd == (2 if is_member else 3)
        assert reckon(one, only_dear).most_usd == (2 + 2 + 1 if is_member else 3 if dear == "judge" else 0)
        assert reckon(spared, only_dear).most_usd == (2 if dear != "writer" else 1)


def test_a_dear_stand_in_gets_no_run_refused() -> None:
    cheap, dear = (
        prices({"alpha": (1, 1), "beta": (1, 1), "judge": (1, 1), "writer": (1, price)}) for price in (1, 1000)
    )
    chosen = preset("alpha", "beta", aggregate="select")
    assert reckon(chosen, dear).least_usd == reckon(chosen, cheap).least_usd
    assert reckon(chosen, dear).most_usd > 30 > reckon(chosen, cheap).most_usd


def test_what_bills_nobody_has_an_estimate_of_nothing() -> None:
    free = prices(dict.fromkeys(("alpha", "beta", "gamma", "judge", "writer"), (0, 0)))
    reckoned = reckon(TRIO, free)
    assert (reckoned.least_usd, reckoned.most_usd) == (0, 0)


def test_what_is_kept_of_a_preset_is_good_for_any_question_any_price_and_no_other_preset() -> None:
    dear = prices(dict.fromkeys(("alpha", "beta", "gamma", "judge", "writer"), (10, 10)))
    patient = TRIO.model_copy(update={"tools": ("web_search",), "max_tool_calls": 2})
    plain = reckon(TRIO, EVEN).most_usd
    assert reckon(patient, EVEN).most_usd > plain
    assert reckon(TRIO, dear).most_usd == 10 * plain
    calls = 3 * 2 + 2 * 2 + 2  # two of each member, of the judge and its stand-in; one of each who may write
    longer = reckon(TRIO, EVEN, asked=QUESTION + "!" * 2000).most_usd
    assert longer == plain + calls * 1000 * Decimal("0.000001")
    assert reckon(TRIO, EVEN).most_usd == plain
