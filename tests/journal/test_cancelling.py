"""A request to cancel reaches whoever carries the run out, or the run itself, and holds."""

from decimal import Decimal
from pathlib import Path

import anyio

from journal.booking import a_call, billed, die, new_run, processes


async def test_another_process_can_ask_for_a_live_run_to_be_cancelled(tmp_path: Path) -> None:
    async with processes(tmp_path) as [here, there]:
        await here.claim(new_run(1))
        assert await there.request_cancel("run-1") == "running"
        cancelled = anyio.Event()
        with anyio.fail_after(5):
            async with anyio.create_task_group() as tasks:

                async def watch() -> None:
                    await here.keep_alive(on_cancel=lambda _: cancelled.set(), on_lost=print)

                tasks.start_soon(watch)
                await cancelled.wait()
                tasks.cancel_scope.cancel()
        assert await here.finish("run-1", status="cancelled", result_status="cancelled")
        assert await there.request_cancel("run-1") == "cancelled"
        assert await there.request_cancel("run-7") is None


async def test_an_interrupted_run_is_cancelled_on_the_spot_and_stays_so(tmp_path: Path) -> None:
    async with processes(tmp_path) as [here, there]:
        await here.claim(new_run(1))
        await here.finish("run-1", status="interrupted")
        assert await there.request_cancel("run-1") == "cancelled"
        claim = await here.take_over("run-1")
        assert claim is not None
        assert claim.how == "cancelled"


async def test_a_request_to_cancel_outlives_the_process_that_should_have_heard_it(tmp_path: Path) -> None:
    async with processes(tmp_path) as [here, there]:
        await here.claim(new_run(1))
        await there.request_cancel("run-1")
        await die(here)
        claim = await there.take_over("run-1")
        assert claim is not None
        assert claim.how == "cancelled"


async def test_what_is_written_stays_written_when_its_caller_is_cancelled(tmp_path: Path) -> None:
    async with processes(tmp_path) as [here, there]:
        await here.claim(new_run(1))
        with anyio.CancelScope() as scope:
            scope.cancel()
            await here.keep("run-1", {"panel/a": "said"}, [billed(a_call(), "0.5")])
        assert await there.steps("run-1") == {"panel/a": "said"}
        assert (await there.today()).spent_usd == Decimal("0.5")
