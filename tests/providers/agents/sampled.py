"""What agent programs printed before a scripted endpoint, kept below `samples/`, as their dialects read it."""

from pathlib import Path

from fusion_mcp.config import AgentEvents
from fusion_mcp.providers.agents.events.reading import read_line
from fusion_mcp.providers.agents.told import Told

_SAMPLES = Path(__file__).parent / "samples"


def lines_of(dialect: AgentEvents, sample: str) -> list[str]:
    return (_SAMPLES / dialect / f"{sample}.jsonl").read_text(encoding="utf-8").splitlines()


def told_in(dialect: AgentEvents, sample: str) -> Told:
    heard = Told()
    for line in lines_of(dialect, sample):
        read_line(dialect, line, heard)
    return heard
