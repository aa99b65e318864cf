"""One caller at a time for each key."""

import weakref

import anyio
import anyio.lowlevel

from fusion_mcp.runs.turns import Turns


async def test_callers_of_one_key_come_one_after_another_and_those_of_others_beside_them() -> None:
    turns, order = Turns(), list[str]()

    async def come(key: str, name: str) -> None:
        async with turns.of(key):
            order.append(f"{name} in")
            for _ in range(3):
                await anyio.lowlevel.checkpoint()
            order.append(f"{name} out")

    async with anyio.create_task_group() as tasks:
        for key, name in (("a", "first"), ("a", "second"), ("b", "other"), ("a", "third")):
            tasks.start_soon(come, key, name)
    alike = [said for said in order if not said.startswith("other")]
    assert alike == ["first in", "first out", "second in", "second out", "third in", "third out"]
    assert order.index("other in") < order.index("first out")


async def test_a_turn_that_nobody_has_or_waits_for_is_forgotten() -> None:
    turns = Turns()
    async with turns.of("a"):
        lock = weakref.ref(turns.of("a"))
        assert lock() is not None
    assert lock() is None
