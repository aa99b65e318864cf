"""Displays and bars, driven by a clock of the test's own."""

import io

from fusion_mcp.cli.progress import LineDisplay, LiveDisplay
from fusion_mcp.cli.rows import Row, Seat, fold
from fusion_mcp.cli.terminal import Terminal, fitting, terminal_on, width
from fusion_mcp.cli.weights import Bar, Lines
from fusion_mcp.protocols import Progress
from fusion_mcp.providers.local.download import FetchProgress

TOTAL = 1_000_000_000


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Gone(io.StringIO):
    """A stream whose reader has left."""

    def write(self, _: str, /) -> int:
        raise BrokenPipeError


def a_fetch(done: int, note: str | None = None) -> FetchProgress:
    return FetchProgress(bytes_done=done, bytes_total=TOTAL, source="somewhere", note=note)


def test_a_line_says_how_long_it_took() -> None:
    clock, shown = Clock(), io.StringIO()
    display = LineDisplay(shown, clock)
    display.show(Progress(stage="panel", state="started", who="work:alpha"))
    clock.now = 2.34
    display.show(Progress(stage="panel", state="failed", who="work:alpha", detail="timed_out\nafter a while"))
    assert shown.getvalue().splitlines() == [
        "panel: work:alpha started",
        "panel: work:alpha failed after 2.3 s: timed_out after a while",
    ]


def test_writing_is_one_line_however_many_pieces_come() -> None:
    clock, shown = Clock(), io.StringIO()
    display = LineDisplay(shown, clock)
    display.show(Progress(stage="synthesis", state="started", who="work:writer"))
    for text in ("The", "The panel", "The panel says"):
        display.show(Progress(stage="synthesis", state="writing", who="work:writer", detail=text))
    assert shown.getvalue().splitlines() == ["synthesis: work:writer started", "synthesis: work:writer began to write"]


def test_each_call_of_a_tool_is_a_line() -> None:
    clock, shown = Clock(), io.StringIO()
    display = LineDisplay(shown, clock)
    for detail in ("searching the web (1/8)", "reading example.org (2/8)"):
        display.show(Progress(stage="panel", state="researching", who="work:alpha", detail=detail))
    assert shown.getvalue().splitlines() == [
        "panel: work:alpha: searching the web (1/8)",
        "panel: work:alpha: reading example.org (2/8)",
    ]


def test_a_live_table_shows_what_a_member_does_on_the_web() -> None:
    clock, shown = Clock(), io.StringIO()
    display = LiveDisplay(Terminal(shown, coloured=False), clock)
    display.show(Progress(stage="panel", state="researching", who="work:alpha", detail="reading example.org (2/8)"))
    assert "work:alpha     0.0 s  reading example.org (2/8)" in shown.getvalue()


def test_a_display_whose_stream_is_gone_stops_nothing() -> None:
    displays = (
        LineDisplay(Gone(), Clock()),
        LineDisplay(None, Clock()),
        LiveDisplay(Terminal(Gone(), coloured=True), Clock()),
    )
    for display in displays:
        display.show(Progress(stage="panel", state="started", who="work:alpha"))
        display.show(Progress(stage="panel", state="answered", who="work:alpha"))
        display.close()


def test_a_live_table_is_drawn_over_itself() -> None:
    clock, shown = Clock(), io.StringIO()
    display = LiveDisplay(Terminal(shown, coloured=False), clock)
    display.show(Progress(stage="panel", state="started", who="work:alpha"))
    display.show(Progress(stage="panel", state="started", who="work:beta"))
    clock.now = 1.5
    display.show(Progress(stage="panel", state="answered", who="work:alpha"))
    last = shown.getvalue().rpartition("\x1b[2A\r")[2]
    assert last.replace("\x1b[2K", "").splitlines() == [
        "panel     work:alpha     1.5 s  answered",
        "panel     work:beta      1.5 s  working",
    ]


def test_addresses_that_nobody_has_checked_yet_are_not_shown() -> None:
    rows: dict[Seat, Row] = {}
    for state in ("writing", "researching", "failed"):
        detail = "see https://evil.example/?data=secret now"
        assert fold(rows, Progress(stage="panel", state=state, who="work:alpha", detail=detail), 1.0).detail == (
            "see (link) now"
        )


def test_fast_writing_is_not_drawn_at_every_piece() -> None:
    clock, shown = Clock(), io.StringIO()
    display = LiveDisplay(Terminal(shown, coloured=False), clock)
    display.show(Progress(stage="synthesis", state="started", who="work:writer"))
    for length in range(1000):
        clock.now += 0.001
        display.show(Progress(stage="synthesis", state="writing", who="work:writer", detail=f"word {length}"))
    assert 10 <= shown.getvalue().count("writing: …word ") <= 21
    display.close()
    assert "writing: …word 999" in shown.getvalue()


def test_a_successor_under_the_same_name_starts_its_own_time() -> None:
    rows: dict[Seat, Row] = {}
    fold(rows, Progress(stage="judge", state="started", who="work:judge"), 1.0)
    fold(rows, Progress(stage="judge", state="failed", who="work:judge", detail="prose"), 4.0)
    again = fold(rows, Progress(stage="judge", state="started", who="work:judge"), 5.0)
    assert again.seconds(7.0) == 2.0
    assert len(rows) == 1


def test_lines_are_cut_to_the_columns_they_take() -> None:
    assert fitting("abcdef", 4) == "abcd"
    assert fitting("日本語", 5) == "日本"
    assert width("日本語") == 6
    assert width("e\u0301") == 1


def test_what_is_no_terminal_gets_no_terminal() -> None:
    assert terminal_on(io.StringIO(), {"TERM": "xterm"}) is None
    assert terminal_on(None, {}) is None


def test_a_download_without_a_terminal_is_a_line_for_each_tenth() -> None:
    lines: list[str] = []
    draw = Lines(lines.append)
    for done in range(0, TOTAL + 1, TOTAL // 1000):
        draw(a_fetch(done))
    assert len(lines) == 10
    assert lines[0].startswith(" 10 %  100 MB of 1.0")
    assert lines[-1].startswith("100 %")


def test_notes_of_a_download_are_told_at_once() -> None:
    lines: list[str] = []
    Lines(lines.append)(a_fetch(0, "Not from here: it is down."))
    assert lines == ["Not from here: it is down."]


def test_the_bar_is_drawn_at_most_ten_times_a_second_and_says_what_is_left() -> None:
    clock, shown = Clock(), io.StringIO()
    draw = Bar(Terminal(shown, coloured=False), clock)
    for done in range(0, TOTAL // 2 + 1, TOTAL // 1000):
        draw(a_fetch(done))
        clock.now += 0.02
    assert shown.getvalue().count("left") <= 100
    assert " 50%  497 MB of 1.0 GB  50 MB/s, 10 s left" in shown.getvalue()


def test_what_was_there_already_does_not_count_as_speed() -> None:
    clock, shown = Clock(), io.StringIO()
    draw = Bar(Terminal(shown, coloured=False), clock)
    draw(a_fetch(900_000_000))
    clock.now = 10.0
    draw(a_fetch(950_000_000))
    assert "5 MB/s, 10 s left" in shown.getvalue()


def test_a_note_stands_above_the_bar() -> None:
    clock, shown = Clock(), io.StringIO()
    draw = Bar(Terminal(shown, coloured=False), clock)
    draw(a_fetch(10))
    draw(a_fetch(20, "Joining 22 parts."))
    assert "\x1b[1A\r\x1b[JJoining 22 parts.\n" in shown.getvalue()
