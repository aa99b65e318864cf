"""What each vendor sends, in the vendors' shapes, and what is made of it: one folder per case below `samples/`.

A case is a reply (`reply.sse`, `reply.json` or `reply.txt`) and `case.toml`: the status and headers it came with, the
parts of a request that had been asked for, and what is to come out.
"""

import re
import tomllib
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fusion_mcp.providers.catalog.catalog import builtin
from fusion_mcp.providers.chat.attempt import Attempt, Destination
from fusion_mcp.providers.chat.echo import Echo
from fusion_mcp.providers.chat.encoding import encode
from fusion_mcp.providers.chat.reply import Reply
from fusion_mcp.providers.chat.sending import send
from fusion_mcp.providers.connections.client import Connections
from fusion_mcp.providers.refusal import Refusal
from fusion_mcp.types import ChatRequest, Citation, Message, ModelRef, NativeWeb, Tool, ToolCall, Usage
from providers.talking import answers, talking

KINDS = {".sse": "text/event-stream; charset=utf-8", ".json": "application/json", ".txt": "text/html"}
QUESTION = Message(role="user", content="How many moons has Mars?")
SEARCH = Tool(name="web_search", description="Search the web.", parameters={"type": "object"})
CALL = ToolCall(id="call_1", name="web_search", arguments="{}")
AFTER_A_CALL = (
    QUESTION,
    Message(role="assistant", content="", tool_calls=(CALL,), echo={"reasoning_content": "Hm."}),
    Message(role="tool", content="Two.", tool_call_id="call_1"),
)
OPTIONS: dict[str, dict[str, Any]] = {
    "temperature": {"temperature": 0.0},
    "reasoning": {"reasoning": "low"},
    "seed": {"seed": 7},
    "response_format": {"json_schema": {"type": "object"}},
    "max_tokens": {"max_output_tokens": 64},
    "stream_options": {},
    "tools": {"tools": (SEARCH,)},
    "tool_choice": {"tools": (SEARCH,), "tool_choice": "none"},
    "native_web": {"native_web": NativeWeb(tools=("web_search", "web_fetch"), max_calls=3)},
    "echo": {"messages": AFTER_A_CALL},
}


@dataclass(frozen=True)
class Case:
    provider: str
    name: str
    told: dict[str, Any]
    kind: str
    reply: bytes

    def __str__(self) -> str:
        return f"{self.provider}/{self.name}"

    @property
    def status(self) -> int:
        return self.told.get("status", 200)

    @property
    def expected(self) -> dict[str, Any]:
        return self.told["expected"]

    @property
    def is_refusal(self) -> bool:
        return "reason" in self.expected


def read(file: Path) -> Case:
    (recorded,) = file.parent.glob("reply.*")
    told = tomllib.loads(file.read_text(encoding="utf-8"))
    folder = file.parent
    return Case(folder.parent.name, folder.name, told, KINDS[recorded.suffix], recorded.read_bytes())


CASES = [read(file) for file in sorted((Path(__file__).parent / "samples").glob("*/*/case.toml"))]
REFUSALS = [case for case in CASES if case.is_refusal]


def asked(case: Case, url: str) -> Attempt:
    """A request with the options that the vendor complains of, even where the catalogue would leave them out."""
    names = case.told.get("asked", [])
    changes: dict[str, Any] = {
        "without": frozenset[str](),
        "seeded": True,
        "reasoning": "effort",
        "max_tokens": "max_tokens",
        "silence_s": (5.0, 120.0),
    }
    if "echo" in names:
        changes["echo"] = ("reasoning_content",)
    provider = builtin()[case.provider].model_copy(update=changes)
    options: dict[str, Any] = {"messages": (QUESTION,)}
    for name in names:
        options |= OPTIONS[name]
    model = ModelRef(case.provider, "some-model")
    request = ChatRequest(**options)
    return Attempt(
        provider=provider,
        model=model,
        to=Destination(url=url),
        body=encode(provider, model, request),
    )


async def replayed(case: Case) -> tuple[Reply, Refusal | None, str]:
    """Play a case to the code that reads replies; gives back also what its listener heard."""
    told = {"content-type": case.kind, "content-length": len(case.reply), **case.told.get("headers", {})}
    head = "\r\n".join((f"HTTP/1.1 {case.status} It", *(f"{name}: {value}" for name, value in told.items()), "", ""))
    reply, heard = Reply(echo=Echo(builtin()[case.provider].echo)), list[str]()
    connections = Connections([])
    async with talking(answers(head.encode() + case.reply)) as (peer, _):
        refusal = await send(connections, asked(case, peer.url), reply, heard.append)
        await connections.aclose()
    return reply, refusal, "".join(heard)


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_a_vendors_reply_is_understood(case: Case) -> None:
    reply, refusal, heard = await replayed(case)
    want = case.expected

    assert reply.text == heard == want.get("text", "")
    assert reply.finish_reason == want.get("finish")
    assert reply.usage == Usage(calls=1, **want.get("usage", {}))
    assert reply.cost == (Decimal(want["cost"]) if "cost" in want else None)
    assert reply.began or not (heard or want.get("began"))
    if refusal is None:
        assert not case.is_refusal
        assert reply.ended
    else:
        assert refusal.reason == want.get("reason")
        assert refusal.retry == want["retry"]
        assert refusal.retry_after == want.get("retry_after")
        assert refusal.parameter == want.get("parameter")
        assert refusal.tools_went_wrong == want.get("went_wrong", False)


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_a_vendors_tool_calls_and_citations_are_understood(case: Case) -> None:
    reply, _, _ = await replayed(case)
    completion, want = reply.completion(), case.expected

    calls = want.get("calls", [])
    assert len({call.id for call in completion.tool_calls}) == len(calls)
    for call, wanted in zip(completion.tool_calls, calls, strict=True):
        assert call == replace(ToolCall(id=call.id, name="", arguments=""), **wanted)
        assert "id" in wanted or re.fullmatch(r"[0-9a-zA-Z]{9}", call.id)
    assert completion.echo == want.get("echo", {})
    assert completion.citations == tuple(Citation(**page) for page in want.get("citations", []))
    assert completion.native_calls == want.get("native_calls", 0)


@pytest.mark.parametrize("case", REFUSALS, ids=str)
async def test_a_vendors_refusal_is_told_in_a_sentence(case: Case) -> None:
    _, refusal, _ = await replayed(case)

    assert refusal is not None
    assert refusal.message.startswith(builtin()[case.provider].title)
    assert len(refusal.message) < 500
    assert "{" not in refusal.message, "an error's JSON is nothing for a person"
    assert [words for words in case.expected.get("says", []) if words not in refusal.message] == []
    assert [words for words in case.expected.get("hides", []) if words in refusal.message] == []


@pytest.mark.parametrize("case", REFUSALS, ids=str)
async def test_a_vendors_status_is_kept_and_named(case: Case) -> None:
    _, refusal, _ = await replayed(case)

    assert refusal is not None
    status = case.expected.get("status_code") if case.status == 200 else case.status
    assert refusal.status_code == status
    assert status is None or str(status) in refusal.message


@pytest.mark.parametrize("provider", [name for name, each in builtin().items() if each.base_url])
def test_every_provider_of_the_catalogue_has_samples_of_an_answer_and_of_refusals(provider: str) -> None:
    kinds = {case.is_refusal for case in CASES if case.provider == provider}
    assert kinds == {True, False}
