"""Progress: what a run's events come to, and how they reach a client that reads slowly or not at all."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import anyio

from fusion_mcp.codes import Stage
from fusion_mcp.protocols import Progress, State
from fusion_mcp.server.progress import LONGEST, TOTAL, Tally, Update
from fusion_mcp.server.pump import MOST_WAITING, Pump
from fusion_mcp.server.telling import Telling


def happened(stage: Stage, state: State, who: str = "work:alpha", detail: str = "") -> Progress:
    return Progress(stage=stage, state=state, who=who, detail=detail)


WHOLE_RUN = [
    happened("panel", "started", "work:alpha"),
    happened("panel", "started", "work:beta"),
    happened("panel", "researching", "work:alpha", "reading example.org (3/8)"),
    happened("panel", "answered", "work:alpha"),
    happened("panel", "failed", "work:beta", "timed_out"),
    happened("judge", "started", "work:judge"),
    happened("judge", "failed", "work:judge", "judge_not_valid_json"),
    happened("judge", "started", "work:second"),
    happened("judge", "answered", "work:second"),
    happened("synthesis", "started", "work:writer"),
    happened("synthesis", "writing", "work:writer", "The first words"),
    happened("synthesis", "answered", "work:writer"),
]


def told(events: Sequence[Progress], *, every_s: float = 2.0) -> list[Update]:
    tally = Tally(0.0)
    updates = (tally.note(event, every_s * number) for number, event in enumerate(events))
    return [update for update in updates if update is not None]


def test_values_rise_strictly_and_stay_below_the_total() -> None:
    values = [update.value for update in told(WHOLE_RUN)]
    assert len(values) == len(WHOLE_RUN)
    assert all(earlier < later for earlier, later in itertools.pairwise([0.0, *values]))
    assert values[-1] < TOTAL


def test_values_still_rise_after_thousands_of_heartbeats() -> None:
    tally = Tally(0.0)
    values = [tally.heartbeat(8.0 * beat).value for beat in range(20_000)]
    assert all(earlier < later for earlier, later in itertools.pairwise(values))
    assert values[-1] < TOTAL


def test_values_still_rise_when_members_begin_late_or_a_stage_comes_back() -> None:
    late = [
        happened("panel", "started", "work:alpha"),
        happened("panel", "answered", "work:alpha"),
        happened("panel", "started", "work:beta"),
        happened("synthesis", "started"),
        happened("panel", "failed", "work:beta", "late"),
        happened("judge", "started"),
    ]
    values = [update.value for update in told(late)]
    assert all(earlier < later for earlier, later in itertools.pairwise(values))


def test_each_event_says_who_did_what() -> None:
    assert [update.message for update in told(WHOLE_RUN)] == [
        "asking work:alpha",
        "asking work:beta",
        "work:alpha: reading example.org (3/8)",
        "work:alpha answered (1 of 2)",
        "work:beta failed: timed_out (2 of 2)",
        "judge work:judge compares the answers",
        "judge work:judge failed: judge_not_valid_json",
        "judge work:second compares the answers",
        "judge work:second has compared the answers",
        "work:writer is about to write the answer",
        "work:writer writes: The first words",
        "work:writer has written the answer",
    ]


def test_a_heartbeat_names_those_who_are_waited_for() -> None:
    tally = Tally(10.0)
    for name in "alpha", "beta", "gamma", "delta", "epsilon":
        tally.note(happened("panel", "started", f"work:{name}"), 10.0)
    tally.note(happened("panel", "answered", "work:beta"), 11.0)
    beat = tally.heartbeat(34.0).message
    assert beat == "24 s: waiting for work:alpha, work:gamma, work:delta and 1 more, 1 of 5 members done"


def test_a_heartbeat_before_anything_happened_says_so_too() -> None:
    assert Tally(0.0).heartbeat(8.0).message == "8 s: waiting"


def test_the_first_words_are_told_at_once_and_the_rest_about_once_a_second() -> None:
    tally = Tally(0.0)
    written = [
        tally.note(happened("synthesis", "writing", detail="x" * (piece + 1)), piece / 20) for piece in range(61)
    ]
    assert [number for number, update in enumerate(written) if update is not None] == [0, 20, 40, 60]


def test_messages_are_one_short_line_without_controls_or_addresses() -> None:
    hostile = "\x1b[31mred\x07\u202e " + "long " * 200 + "\nsee https://evil.example/?q=secret now"
    for state in "started", "writing", "failed":
        (update,) = told([happened("synthesis", state, who=hostile, detail=hostile)])
        assert len(update.message) <= LONGEST
        assert update.message.isprintable()
        assert "evil.example" not in update.message


def test_a_long_text_is_shown_by_its_end() -> None:
    (update,) = told([happened("synthesis", "writing", detail="word " * 500 + "the very end")])
    assert update.message.endswith("the very end")
    assert "…" in update.message


class Client:
    """Takes progress as fast as it is told to."""

    def __init__(self) -> None:
        self.got: list[tuple[float, str]] = []
        self.reads = anyio.Event()
        self.woken = anyio.Event()

    async def take(self, value: float, _: float, message: str) -> None:
        self.woken.set()
        await self.reads.wait()
        self.got.append((value, message))


async def test_a_client_that_does_not_read_costs_little_memory_and_no_time() -> None:
    client = Client()
    pump = Pump(client.take)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(pump.run)
        pump.tell(happened("panel", "started"))
        await client.woken.wait()
        for number in range(10_000):
            pump.tell(happened("panel", "started", f"work:{number}"))
        pump.close()
        client.reads.set()
        with anyio.fail_after(5):
            await pump.emptied.wait()
    assert len(client.got) <= MOST_WAITING + 1
    assert client.got[-1][1] == "asking work:9999"
    assert all(earlier[0] < later[0] for earlier, later in itertools.pairwise(client.got))


async def test_a_silent_run_has_a_heartbeat() -> None:
    client = Client()
    client.reads.set()
    pump = Pump(client.take, heartbeat_s=0.01)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(pump.run)
        with anyio.fail_after(5):
            while len(client.got) < 3:
                await anyio.lowlevel.checkpoint()
        pump.close()
    assert all("waiting" in message for _, message in client.got)


async def test_nothing_is_taken_in_after_the_end() -> None:
    client = Client()
    client.reads.set()
    pump = Pump(client.take)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(pump.run)
        pump.tell(happened("panel", "started"))
        pump.close()
        pump.tell(happened("panel", "answered"))
        with anyio.fail_after(5):
            await pump.emptied.wait()
    assert [message for _, message in client.got] == ["asking work:alpha"]


async def test_a_client_that_is_gone_ends_the_reporting_and_not_the_run() -> None:
    async def gone(*_: object) -> None:
        raise anyio.ClosedResourceError

    pump = Pump(gone)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(pump.run)
        pump.tell(happened("panel", "started"))
        with anyio.fail_after(5):
            await pump.emptied.wait()
        pump.tell(happened("panel", "answered"))


class Told:
    """Takes notifications without making anybody wait."""

    def __init__(self) -> None:
        self.methods: list[str] = []
        self.params: list[Mapping[str, Any]] = []

    def notify(self, method: str, params: Mapping[str, Any]) -> None:
        self.methods.append(method)
        self.params.append(params)


async def test_where_nobody_has_to_wait_it_is_told_at_once_under_the_callers_token() -> None:
    client = Told()
    telling = Telling(client.notify, "token")
    telling.tell(happened("panel", "started"))
    telling.tell(happened("panel", "answered"))
    telling.close()
    telling.tell(happened("judge", "started"))
    assert client.methods == ["notifications/progress"] * 2
    params = client.params
    assert [each["progressToken"] for each in params] == ["token"] * 2
    assert [each["message"] for each in params] == ["asking work:alpha", "work:alpha answered (1 of 1)"]
    assert 0 < params[0]["progress"] < params[1]["progress"] < params[1]["total"]


async def test_there_too_a_silent_run_has_a_heartbeat_until_its_end() -> None:
    client = Told()
    telling = Telling(client.notify, 1, heartbeat_s=0.01)
    with anyio.fail_after(5):
        while len(client.params) < 3:
            await anyio.lowlevel.checkpoint()
    telling.close()
    told = len(client.params)
    await anyio.sleep(0.05)
    assert len(client.params) == told
    assert all("waiting" in each["message"] for each in client.params)


async def test_a_heartbeat_comes_only_after_a_silence() -> None:
    client = Told()
    telling = Telling(client.notify, 1, heartbeat_s=1)
    for _ in range(5):
        telling.tell(happened("panel", "started"))
        await anyio.sleep(0.25)
    telling.close()
    assert not [each for each in client.params if "waiting" in each["message"]]
