"""The scripted model of an agent: it asks the panel, fetches what was still running, or reads a resource."""

import re
from collections.abc import Mapping
from typing import Any

from agent.services import Dialect
from client.catalogue import Client
from client.scene import ANSWER, PLANS, Name
from scripted.response import Response
from scripted.vendor import Asked, Reply

_RUN_ID = re.compile(r"run_id\W{1,9}([\w-]{16,})")
_MOST_FETCHES = 12


class Mind:
    """Answers one request after the other. What it does is seen from what the requests say."""

    def __init__(self, dialect: Dialect, scene: Name, client: Client) -> None:
        self._dialect = dialect
        self._scene: Name = scene
        self._client = client
        self._has_looked = False
        self._steps = 0
        self.has_fetched = False

    def reply(self) -> Reply:
        """Whatever the next request deserves."""

        async def playing(response: Response[Asked]) -> None:
            await self._next(response.record).play(response)

        return Reply("acts", playing)

    def _next(self, asked: Asked) -> Reply:
        if not self._dialect.tools(asked):
            return self._dialect.says("A question")  # agents have their models name conversations
        if self._client.finds and not self._has_looked:
            self._has_looked = True
            return self._calls(self._client.finds)
        self._steps += 1
        if self._scene == "reading":
            resource = self._client.resource
            return self._calls(resource) if resource and self._steps == 1 else self._dialect.says("I have read it.")
        if self._steps == 1:
            return self._dialect.calls_offered("fusion_ask", {"question": PLANS[self._scene].question})
        run_id = _RUN_ID.search(asked.text)
        if ANSWER in asked.text or run_id is None or self._steps > _MOST_FETCHES:
            return self._dialect.says("That is what the panel says.")
        self.has_fetched = True
        arguments = {"run_id": run_id[1], "wait_s": PLANS[self._scene].fetch_s}
        return self._dialect.calls_offered("fusion_result", arguments)

    def _calls(self, wish: Mapping[str, Any]) -> Reply:
        return self._dialect.calls(wish["tool"], wish["arguments"])
