"""An agent's run as its caller sees it: what goes in, what comes out, and how it ended. All processes are real."""

import os
import sys
from pathlib import Path

import anyio
import pytest

from fusion_mcp.providers.agents.ending import Ending
from fusion_mcp.providers.agents.invocation import Invocation
from fusion_mcp.providers.agents.process import Bounds, run
from scripted import agents

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the scripted agents fork")


async def lines_of(scripted: agents.Scripted, bounds: Bounds | None = None) -> tuple[list[str], Ending]:
    lines: list[str] = []
    with anyio.fail_after(20):
        ending = await run(scripted.invocation(), lines.append, bounds or Bounds())
    assert scripted.living() == []
    assert agents.keepers() == []
    return lines, ending


async def test_an_agent_reads_a_very_long_question_from_stdin_and_answers_in_lines() -> None:
    question, lines = "é\n" * 200_000, list[str]()
    scripted = agents.new(agents.ANSWERS, "--model", "some model")
    with anyio.fail_after(20):
        ending = await run(scripted.invocation(stdin=question), lines.append)
    told = agents.report(lines[0])
    assert (told["asked"], told["arguments"]) == (question, ["--model", "some model"])
    assert lines[1:] == ["the last line has no end"]
    assert ending == Ending(status=0)


async def test_a_question_that_is_never_read_holds_nobody_up() -> None:
    scripted = agents.new("print('I know already')")
    lines: list[str] = []
    with anyio.fail_after(20):
        ending = await run(scripted.invocation(stdin="x" * 400_000), lines.append)
    assert (lines, ending.status) == (["I know already"], 0)


async def test_an_agent_runs_in_a_folder_of_its_own_with_the_files_and_the_environment_that_it_was_given() -> None:
    scripted = agents.new(agents.ANSWERS)
    lines: list[str] = []
    await run(scripted.invocation(files={"settings.json": "{}\n"}), lines.append)
    told = agents.report(lines[0])
    assert told["there"] == {"settings.json": "{}\n"}
    assert told["open_to"] == "700"
    assert told["leads_a_session"] is True
    environ = told["environ"]
    assert isinstance(environ, dict)
    assert environ.keys() - {"LC_CTYPE"} == {"SCRIPTED_AGENT", "TMPDIR"}  # Python itself adds the one


async def test_files_stay_inside_the_folder(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    with pytest.raises(ValueError, match="not inside the agent's folder"):
        await run(agents.new(agents.ANSWERS).invocation(files={str(outside): "x"}), print)
    assert not outside.exists()


def test_what_an_agent_leaves_in_its_folder_goes_with_it() -> None:
    folders: list[str] = []

    def noted(folder: str) -> Invocation:
        folders.append(folder)
        return agents.new(agents.WRITES).invocation()(folder)

    assert anyio.run(run, noted, print).status == 0
    assert folders
    assert not os.path.lexists(folders[0])


async def test_rubbish_comes_as_lines_and_complaints_are_cut() -> None:
    lines, ending = await lines_of(agents.new(agents.RUBBISH))
    assert lines == ["\ufffd\ufffd\0 no json", "", "{"]
    assert ending.status == 3
    assert len(ending.complaints) == 20
    assert ending.complaints[-3:] == ("complaint 29 \ufffd", "x" * 2000, "the last")


async def test_a_program_that_is_not_there_is_missing_and_nothing_else() -> None:
    def absent(folder: str) -> Invocation:
        return Invocation(command=("no-such-agent", "-p"), stdin="", environ={"PATH": folder})

    ending = await run(absent, print)
    assert ending.missing is not None
    assert ending.missing.startswith("no-such-agent: ")
    assert (ending.status, ending.signal, ending.complaints) == (None, None, ())


async def test_a_program_that_cannot_be_executed_is_missing_too(tmp_path: Path) -> None:
    path = agents.install(tmp_path, "agent", agents.ANSWERS)
    path.write_text("#!/no/such/interpreter\n", encoding="utf-8")
    ending = await run(lambda _: Invocation(command=("agent",), stdin="", environ={"PATH": str(tmp_path)}), print)
    assert ending.missing is not None
    assert "No such file" in ending.missing


async def test_a_program_is_found_on_its_own_path(tmp_path: Path) -> None:
    agents.install(tmp_path, "agent", agents.ANSWERS)
    lines: list[str] = []
    called = Invocation(command=("agent", "x"), stdin="", environ={"PATH": str(tmp_path)})
    assert await run(lambda _: called, lines.append) == Ending(status=0)
    assert agents.report(lines[0])["arguments"] == ["x"]


async def test_an_agent_that_dies_by_a_signal_says_which() -> None:
    lines, ending = await lines_of(agents.new(agents.DIES))
    assert (lines, ending.status, ending.signal) == ([], None, "SIGSEGV")


@pytest.mark.parametrize(
    ("program", "bound"), [(agents.FLOODS, "output"), (agents.LONG_LINE, "line")], ids=["lines", "line"]
)
async def test_an_agent_that_puts_out_too_much_is_ended(program: str, bound: str) -> None:
    lines, ending = await lines_of(agents.new(program), Bounds(most_bytes=200_000, most_line_bytes=100_000))
    assert ending.exceeded == bound
    assert sum(len(line) + 1 for line in lines) <= 200_000


async def test_an_agent_that_floods_its_stderr_still_tells_how_it_ended() -> None:
    lines, ending = await lines_of(agents.new("import os, sys\nos.write(2, b'x' * 3_000_000)\nsys.exit(5)"))
    assert (lines, ending.status) == ([], 5)


async def test_an_agent_that_closes_its_stdout_is_waited_for(tmp_path: Path) -> None:
    door, ready, endings = tmp_path / "door", anyio.Event(), list[Ending]()
    os.mkfifo(door)
    scripted = agents.new(agents.CLOSES_STDOUT, str(door))

    async def keep() -> None:
        endings.append(await run(scripted.invocation(), lambda _: ready.set()))

    with anyio.fail_after(20):
        async with anyio.create_task_group() as group:
            group.start_soon(keep)
            await ready.wait()
            await anyio.to_thread.run_sync(door.write_text, "go")  # waits for it to be read: it is alive
            assert endings == []
    assert endings == [Ending(status=7)]
