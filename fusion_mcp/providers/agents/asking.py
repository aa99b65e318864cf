"""Models behind agent programs: one run of the program for one question, listened to while it works.

What it is told is `invocation`, what it says `events`, what its end means `failures`; the process is `process`'s. An
agent is never asked twice for one question: it has tried again by itself, and a run of it may take minutes.
"""

import re
import shutil
from collections.abc import Callable, Mapping
from functools import partial

import anyio

from fusion_mcp.providers.agents.billing import settle, settle_cut_off
from fusion_mcp.providers.agents.ending import Ending
from fusion_mcp.providers.agents.events.reading import read_line
from fusion_mcp.providers.agents.failures import failed, is_of_login, not_there
from fusion_mcp.providers.agents.invocation import Invocation, granted, invocation, is_elsewhere
from fusion_mcp.providers.agents.own_settings import own_settings
from fusion_mcp.providers.agents.process import run
from fusion_mcp.providers.agents.surroundings import passwords, surroundings
from fusion_mcp.providers.agents.told import Told
from fusion_mcp.providers.asked import Asked
from fusion_mcp.providers.billing import opened
from fusion_mcp.providers.catalog.agent import Agent
from fusion_mcp.providers.catalog.provider import Provider
from fusion_mcp.providers.citations import public
from fusion_mcp.providers.redaction import Telling, without_keys
from fusion_mcp.providers.refusal import Refusal
from fusion_mcp.types import CallFailure, Completion, ModelRef

_MODEL = re.compile(r"[A-Za-z0-9][\w./:@+~\[\]-]*", re.ASCII)
"""What may stand on a program's command line as the name of a model: no option, and nothing that a shell would read."""

_SECRET = re.compile(r"KEY|TOKEN|SECRET|PASS|CREDENTIAL|AUTH", re.IGNORECASE)
"""What a variable is called whose value is shown to nobody."""

_CLOSING_S = 5.0
"""How long a program may take to leave after it has said that it is done."""


class Agents:
    """The agent programs of a catalogue. Nothing is started before it is asked."""

    def __init__(self, environ: Mapping[str, str], key_of: Callable[[Provider], str | None]) -> None:
        """`environ` is our own environment, little of which they get; `key_of` gives the key that one may have."""
        self._environ = environ
        self._key_of = key_of
        self._elsewhere: dict[str, bool] = {}

    def is_elsewhere(self, provider: Provider) -> bool:
        """Whether the person has chosen another service for an agent, so that nobody knows what its calls cost.

        Its settings are read once: what a call then goes to is looked at anew.
        """
        agent, environ = provider.agent, self._environ
        if agent is None:
            return False
        if provider.name not in self._elsewhere:
            settings = own_settings(agent, environ)
            self._elsewhere[provider.name] = is_elsewhere(agent, environ, self._key_of(provider), settings)
        return self._elsewhere[provider.name]

    def missing(self, provider: Provider, model: ModelRef) -> CallFailure | None:
        """Say why an agent cannot be asked at all; None where it can, or where the provider is none."""
        agent = provider.agent
        if agent is None:
            return None
        if _MODEL.fullmatch(model.model) is None:
            return CallFailure(reason="invalid_model", message=f"'{model}' is not what models of a program are called.")
        return not_there(provider, agent) if self._program(agent) is None else None

    def find(self, provider: Provider) -> str | None:
        """Say where an agent's program lies; None where it is not installed, or the provider is none."""
        return None if provider.agent is None else self._program(provider.agent)

    async def ask(self, asked: Asked) -> Completion | Refusal:
        """Run the program once and give its answer, with a line of its own in the ledger."""
        line = await opened(asked.account, asked.model)
        if isinstance(line, Refusal):
            return line
        call = _Call(asked, self._environ, self._key_of(asked.provider))
        try:
            ending = await call.make()
        except BaseException:
            settle_cut_off(line, asked.provider, call.told)
            raise
        refusal = failed(asked, call.told, ending, call.secrets) if call.is_failed(ending) else None
        settle(line, asked.provider, call.told, is_started=ending is None or ending.missing is None)
        return refusal or call.completion()

    async def is_logged_in(self, provider: Provider, *, within_s: float) -> bool | None:
        """Ask a program whether it is logged in; None where it cannot be asked, or does not say."""
        agent = provider.agent
        if agent is None or not agent.status_args or self._program(agent) is None:
            return None
        ending, said = None, list[str]()
        with anyio.move_on_after(within_s):
            ending = await run(partial(self._status_of, agent, self._key_of(provider)), said.append)
        if ending is None or ending.status is None:
            return None
        return True if ending.status == 0 else False if is_of_login("\n".join((*said, *ending.complaints))) else None

    def _status_of(self, agent: Agent, key: str | None, folder: str) -> Invocation:
        own = {agent.key_as: key} if key and agent.key_as else {}
        environ = surroundings(self._environ, passed=agent.passed, own=own, folder=folder)
        return Invocation(command=(agent.command[0], *agent.status_args), stdin="", environ=environ)

    def _program(self, agent: Agent) -> str | None:
        return shutil.which(agent.command[0], path=self._environ.get("PATH", ""))


class _Call:
    """One run of a program. `told` is what it has said so far, `secrets` what must not be repeated of it."""

    def __init__(self, asked: Asked, environ: Mapping[str, str], key: str | None) -> None:
        self.told = Told()
        self._asked = asked
        self._environ = environ
        self._key = key
        agent = asked.provider.agent
        if agent is None:
            raise TypeError(f"{asked.provider.name} is no agent program")
        self._agent = agent
        self._settings = own_settings(agent, environ)
        self.told.is_metered = True if is_elsewhere(agent, environ, key, self._settings) else None
        values = (environ.get(name) for name in agent.secret if _SECRET.search(name))
        self.secrets = tuple(secret for secret in (key, *values, *passwords(environ)) if secret)
        self._telling = Telling(asked.on_text, self.secrets)
        self._scope = anyio.CancelScope()

    async def make(self) -> Ending | None:
        """Run the program to its end. None where it had to be ended since it said nothing more for too long."""
        ending = None
        first, _ = self._asked.provider.silence_s
        self._scope.deadline = min(anyio.current_time() + first, self._asked.gives_up)
        with self._scope:
            ending = await run(self._invocation, self._hear)
        self._telling.end()
        return ending

    def is_failed(self, ending: Ending | None) -> bool:
        """Whether this is no answer. What was said to be whole is one, however the program left after it."""
        told = self.told
        is_whole = told.is_over and told.fault is None and bool(told.answer)
        if ending is None or is_whole:
            return not is_whole or (ending is not None and ending.exceeded is not None)
        is_nothing = not told.answer and (told.unread > 0 or told.wants_consent)
        return ending.status != 0 or told.fault is not None or is_nothing

    def completion(self) -> Completion:
        """Give the answer."""
        told, wanted = self.told, self._asked.request.native_web
        whole = Completion(
            text=told.answer,
            finish_reason=told.finish_reason,
            tools_refused=wanted is not None and not granted(self._agent, wanted),
            citations=public(told.citations),
            native_calls=told.tool_calls,
        )
        return without_keys(whole, self.secrets)

    def _invocation(self, folder: str) -> Invocation:
        return invocation(
            self._agent,
            self._asked.model.model,
            self._asked.request,
            environ=self._environ,
            key=self._key,
            folder=folder,
            settings=self._settings,
        )

    def _hear(self, line: str) -> None:
        """Take in one line: what it tells goes on at once, and the program has its time anew."""
        told = self.told
        read_line(self._agent.events, line, told)
        for piece in told.pieces:
            self._telling.say(piece)
        for doing in told.doings:
            self._asked.on_doing(without_keys(doing, self.secrets))
        told.pieces.clear()
        told.doings.clear()
        _, between = self._asked.provider.silence_s
        between = min(between, self._asked.request.silence_within or between)
        self._scope.deadline = anyio.current_time() + (_CLOSING_S if told.is_over else between)
