"""The models of a simulated run behind the pipeline's own door: each reads the prompt that it is sent, and replies."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fusion_mcp.ledger import Account
from fusion_mcp.types import (
    CallFailure,
    ChatRequest,
    Completion,
    ModelRef,
    ModelTraits,
    ToolCall,
    Usage,
)
from simulated.checking import better, check, claims
from simulated.judging import judgement
from simulated.members import Speaker, answer
from simulated.minds import Beliefs, Checker, Judge, Writer
from simulated.words import blocks
from simulated.world import Text
from simulated.writing import revision, synthesis


@dataclass(frozen=True, kw_only=True)
class Staff:
    """Who works on the panel's answers, and what they believe, by their model's name."""

    judge: Judge
    writer: Writer
    checker: Checker
    beliefs: Mapping[str, Beliefs]


class SimulatedModels:
    """A `protocols.ChatModels`: the members by their names, and the staff."""

    def __init__(self, speakers: Mapping[str, Speaker], staff: Staff, seed: int, pages: Sequence[Text] = ()) -> None:
        self._speakers = speakers
        self._staff = staff
        self._seed = seed
        self.pages = tuple(pages)

    def traits(self, model: ModelRef) -> ModelTraits:  # noqa: ARG002 - all are alike
        """Tell nothing special of any model."""
        return ModelTraits()

    def price(self, model: ModelRef, usage: Usage) -> Decimal | None:  # noqa: ARG002 - nobody is billed
        """Call everything free: what counts here are calls."""
        return Decimal(0)

    async def complete(
        self,
        model: ModelRef,
        request: ChatRequest,
        account: Account,
        on_text: Callable[[str], None] | None = None,  # noqa: ARG002 - it comes at once
        on_doing: Callable[[str], None] | None = None,  # noqa: ARG002 - no agent is among them
    ) -> Completion | CallFailure:
        """Have a model read its prompt and reply."""
        line = await account.open(model)
        reply = self._reply(model, request, account)
        line.settle(Usage(calls=1), Decimal(0))
        return reply

    def _reply(self, model: ModelRef, request: ChatRequest, account: Account) -> Completion:
        match account.stage:
            case "panel":
                return self._member(account.seat, request)
            case "judge":
                return Completion(text=self._judged(model, request))
            case "synthesis":
                held = self._staff.beliefs[str(model)]
                return Completion(text=synthesis(_prompt(request), self._staff.writer, held, self._seed))
            case "verification":
                return Completion(text=self._verified(model, request))

    def _member(self, seat: str, request: ChatRequest) -> Completion:
        speaker = self._speakers[seat]
        read = [message.content for message in request.messages if message.role == "tool"]
        if request.tools and request.tool_choice != "none" and speaker.url is not None and not read:
            call = ToolCall(id="1", name="web_fetch", arguments=json.dumps({"url": speaker.url}))
            return Completion(text="", tool_calls=(call,))
        return Completion(text=answer(speaker, read))

    def _judged(self, model: ModelRef, request: ChatRequest) -> str:
        held = self._staff.beliefs[str(model)]
        asked: Mapping[str, Any] = (request.json_schema or {}).get("properties", {}).get("preferred", {})
        return judgement(_prompt(request), self._staff.judge, held, self._seed, must_prefer="anyOf" not in asked)

    def _verified(self, model: ModelRef, request: ChatRequest) -> str:
        """Take a draft apart, check claims, compare two texts or revise: what it is, the prompt's blocks tell.

        Who is asked to mend its reply says the same once more.
        """
        staff, who, held = self._staff, str(model), self._staff.beliefs[str(model)]
        prompt = next(message.content for message in request.messages if message.role == "user")
        given = blocks(prompt)
        if "first text" in given:
            return better(prompt, staff.judge, held, self._seed, who)
        if "what the check found" in given:
            return revision(prompt, staff.writer, held, self._seed)
        if "claims" in given:
            return check(prompt, staff.checker, self._seed, who)
        return claims(prompt, staff.checker, self._seed, who)


def _prompt(request: ChatRequest) -> str:
    return request.messages[-1].content
