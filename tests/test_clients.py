"""What `python3 scripts/prove.py clients` keeps and shows: the clients themselves are tried by that proof alone."""

from dataclasses import replace
from datetime import date

from agent.programs import programs
from client.catalogue import HERE, clients
from client.facts import FEATURES, finding, lost, reason, verdict
from client.page import BEGIN, DOCUMENT, END, table, written
from client.record import Row, merged, read

ROW = Row(version="1.0", tried=date(2026, 11, 23), found={"connects": "yes", "cancels": "yes: late", "prompt": "-"})


def test_what_held_and_does_not_any_more_is_lost() -> None:
    now = {"connects": "no: refused", "cancels": "no: it goes on", "prompt": "no: gone"}
    assert list(lost(ROW.found, now)) == [
        "connects: held, and now no: refused",
        "cancels: held, and now no: it goes on",
    ]


def test_what_holds_anew_or_was_not_tried_this_time_is_not_lost() -> None:
    assert list(lost(ROW.found, {"prompt": "yes", "cancels": "yes"})) == []


def test_a_reason_is_one_line_and_its_first_sentence() -> None:
    found = finding("no", "it said:\n nothing. Then it went on.")
    assert found == "no: it said: nothing"
    assert (verdict(found), reason(found)) == ("no", "it said: nothing")


def test_what_was_not_tried_this_time_is_kept_for_the_same_version_alone() -> None:
    now = replace(ROW, found={"connects": "no"})
    assert merged(ROW, now).found == {**ROW.found, "connects": "no"}
    assert merged(ROW, replace(now, version="2.0")).found == {"connects": "no"}


def test_reasons_are_notes_below_the_table_and_the_same_reason_is_one_note() -> None:
    name = "python-sdk-1"
    other = replace(ROW, found={"cancels": "no: late", "asks": "no: a | b"})
    shown = table({(name, "stdio"): ROW, (name, "http"): other}, clients())
    assert "yes <sup>1</sup>" in shown
    assert "no <sup>1</sup>" in shown
    assert "1. late\n2. a / b" in shown or "2. late" in shown
    assert f"**{clients()[name].title}**: " in shown


def test_the_page_is_what_was_found() -> None:
    page = DOCUMENT.read_text(encoding="utf-8")
    assert page == written(page, read(), clients())
    assert page.count(BEGIN) == page.count(END) == 1


def test_every_client_was_tried_in_the_version_that_is_named() -> None:
    rows = read()
    for name, client in clients().items():
        for door in client.doors:
            assert rows[name, door].version == client.version
            assert set(rows[name, door].found) <= set(FEATURES)


def test_every_client_has_what_tries_it() -> None:
    for client in clients().values():
        if client.runs in ("python", "node"):
            assert (HERE / "scripts" / client.script).exists()
        if client.runs == "agent":
            assert programs()[client.agent].package == client.package
