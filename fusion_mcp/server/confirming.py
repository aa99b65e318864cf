"""Asks the person behind a client whether an expensive run may start, in both eras of the protocol.

When to ask, what to say and what follows from the answer are not decided here. Nothing is spent while it asks: a client
that hangs up, cancels or never comes back has started nothing.

The older era asks in the middle of the call and waits. In the current one the call ends with the question, and the
client calls again with the answer, which proves by its `request_state` that this process asked this very question.
"""

import hashlib
import hmac
import secrets
from typing import Any, Literal

import anyio
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp.types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    ElicitationCapability,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    InputRequiredResult,
)
from mcp.types.version import HANDSHAKE_PROTOCOL_VERSIONS
from pydantic import ValidationError

Answer = Literal["yes", "no", "no_answer", "cannot_ask"]
"""`no_answer`: nobody said anything in time. `cannot_ask`: the client shows no questions, or failed to show ours."""

GOOD_FOR_S = 1800.0
"""How long an answer may take where the client keeps the question: somebody may be away from the keyboard."""

_KEY = "confirm"
_FIELD = "answer"

# One required choice, because it survives the clients there are. VS Code hangs on a form without fields. A checkbox is
# left out by some when nobody touched it, by others when it is unticked, and is sent as unticked by others still; of a
# choice, a missing value can only mean that the person just pressed Accept. Clients that fill forms in by themselves
# after an Accept take the default or the first value, so "yes" is both. Plain `enum`: titles for values came later.
_FORM: dict[str, Any] = {
    "type": "object",
    "properties": {_FIELD: {"type": "string", "title": "Go ahead?", "enum": ["yes", "no"], "default": "yes"}},
    "required": [_FIELD],
}


class Confirming:
    """Puts questions to people, and knows its own again. One serves any number of connections; it remembers nothing."""

    def __init__(self, *, good_for_s: float = GOOD_FOR_S) -> None:
        """Seal questions with a secret of this process: after a restart, whoever was asked is asked again."""
        self._secret = secrets.token_bytes(32)
        self._name = secrets.token_hex(8)
        self._good_for_s = good_for_s

    def refuse_changed(self, state: str | None) -> None:
        """Raise MCPError for a `request_state` of this process that was changed on its way, as the protocol wants it.

        One of another process, perhaps before a restart, is no fault of the client's: `confirm` asks anew.
        """
        told, _, seal = (state or "").rpartition(".")
        if told.startswith(f"{self._name}.") and not hmac.compare_digest(_bytes(seal), _bytes(self._seal(told))):
            raise MCPError(
                code=INVALID_PARAMS,
                message="The requestState is not as this server gave it out. Call again without it.",
            )

    async def confirm(
        self,
        ctx: ServerRequestContext[Any],
        params: CallToolRequestParams,
        *,
        question: str,
        about: str,
        within: float,
    ) -> Answer | InputRequiredResult:
        """Ask `question`, or read the answer to it that the call brings.

        `about` identifies what is agreed to: an answer counts only for the same `about`. `within` bounds the wait in
        seconds where the server waits, which is the older era. An `InputRequiredResult` is the call's result, to be
        returned as it is. Raises nothing but cancellation.
        """
        if not _shows_forms(ctx):
            return "cannot_ask"
        form = ElicitRequestFormParams(message=question, requested_schema=_FORM)
        if ctx.protocol_version in HANDSHAKE_PROTOCOL_VERSIONS:
            return await _asked_now(ctx, form, within)
        answer = (params.input_responses or {}).get(_KEY)
        now = anyio.current_time()
        if isinstance(answer, ElicitResult) and self._has_asked(params.request_state, about, now):
            return _meant(answer)
        return InputRequiredResult(
            input_requests={_KEY: ElicitRequest(params=form)}, request_state=self._state(f"{now:.0f}", about)
        )

    def _has_asked(self, state: str | None, about: str, now: float) -> bool:
        """Tell whether `state` is one that we sealed for `about`, not too long ago."""
        asked_at = (state or "").removeprefix(f"{self._name}.").partition(".")[0]
        # Compared as bytes, since what a client sends need not be ASCII; read as a number only once known as ours.
        is_ours = hmac.compare_digest(_bytes(state or ""), _bytes(self._state(asked_at, about)))
        return is_ours and now - float(asked_at) <= self._good_for_s

    def _state(self, asked_at: str, about: str) -> str:
        """Write down whose question it is, when it was asked and what it is about, sealed."""
        told = f"{self._name}.{asked_at}.{hashlib.sha256(_bytes(about)).hexdigest()}"
        return f"{told}.{self._seal(told)}"

    def _seal(self, told: str) -> str:
        return hmac.digest(self._secret, _bytes(told), "sha256").hex()


async def _asked_now(ctx: ServerRequestContext[Any], form: ElicitRequestFormParams, within: float) -> Answer:
    """Ask in the middle of the call; giving up, and being cancelled, also take the question off the person's screen."""
    with anyio.move_on_after(within):
        try:
            # Related to the call, or else it would go out on a stream that HTTP clients need not listen to.
            answer = await ctx.session.elicit_form(form.message, form.requested_schema, ctx.request_id)
        except (MCPError, ValidationError, OSError):  # it cannot after all, says what is no answer, or is gone
            return "cannot_ask"
        return _meant(answer)
    return "no_answer"


def _shows_forms(ctx: ServerRequestContext[Any]) -> bool:
    """Tell whether the client declared forms. The capability alone means them: it is older than its modes."""
    declared = ctx.session.client_capabilities
    elicitation: ElicitationCapability | None = declared.elicitation if declared else None
    return elicitation is not None and (elicitation.form is not None or elicitation.url is None)


def _meant(answer: ElicitResult) -> Answer:
    """Take only a clear yes for one. Accepting without a word is one: some clients show two buttons and no form."""
    is_yes = answer.action == "accept" and (not answer.content or answer.content.get(_FIELD) == "yes")
    return "yes" if is_yes else "no"


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
