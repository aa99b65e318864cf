"""How long the first words of the synthesis take from the provider to the client, as progress."""

import time

from benchmarks.beside import Provider, provider
from benchmarks.homes import home
from benchmarks.rows import Row, Run, Setting, at_most
from benchmarks.stdio import Client, connected

_WORD = "Paris"
"""What a synthesis begins with, and no other line of progress holds."""


async def measure(setting: Setting) -> list[Row]:
    """Milliseconds between the provider's first token and the notification that shows it.

    Both read the same clock: a monotonic one is the system's, not a process's.
    """
    async with (
        provider("--delay", 0.4, "--first", 0.1) as scripted,
        connected(home(setting.folder / "first-words", scripted.url)) as client,
    ):
        times = 3 if setting.quick else max(setting.runs, 5)
        runs = [await _shown(client, scripted, number) for number in range(-1, times)]
    what = "first token at the provider to the client's progress"
    return [Row(measure="first-words", what=what, runs=tuple(runs[1:]), unit="ms", goal=at_most(50))]


async def _shown(client: Client, scripted: Provider, number: int) -> Run:
    shown: list[float] = []

    def look(message: str) -> None:
        if _WORD in message:
            shown.append(time.monotonic())

    client.on_progress = look
    is_fine = await client.ask(f"What is the capital of France? {number}")
    tokens = (await scripted.seen())["first_tokens"]
    sent = [token["at"] for token in tokens if token["model"] == "writer"][-1]
    if not shown:
        return Run(ours=0.0, failures=1)
    return Run(ours=1000 * (shown[0] - sent), failures=int(not is_fine))
