"""The models of this machine, each served by a child process that is started on first use and ends with us.

Finding files, sharing children and saying what is missing live here; one child's life is `process.py`.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import anyio
from anyio.abc import TaskGroup

from fusion_mcp.errors import FusionError
from fusion_mcp.explain import did_you_mean
from fusion_mcp.providers.local import native
from fusion_mcp.providers.local.launch import Launch, environ_of, threads_for
from fusion_mcp.providers.local.process import ChildProcess
from fusion_mcp.providers.local.verify import is_present, is_verified
from fusion_mcp.providers.local.weights import Weights, catalogue

_SLOTS = 3
"""Calls that one child serves at once; each has its own part of the context's memory."""
_OWN_CONTEXT_TOKENS = 4096
"""What one call of a person's own file may use, prompt and answer together: its own limit is not looked up."""


class LocalModelError(FusionError):
    """A model of this machine cannot be served: says why and what to do, in a sentence."""


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """Where a local model is served: OpenAI's Chat Completions at `base_url` + "/chat/completions"."""

    base_url: str
    api_key: str = field(repr=False)


class LocalRuntime:
    """Every local model behind one door. Enter it once for the life of the process; entering starts nothing.

    Enter and leave it in the same task. `own_files` are the person's GGUF files by name. `child_environ` is the whole
    environment of each child: what an interpreter needs, and nobody's keys.
    """

    def __init__(
        self, models_dir: Path, own_files: Mapping[str, Path], threads: int | None, child_environ: Mapping[str, str]
    ) -> None:
        """Nothing is read or started."""
        self._models_dir = models_dir
        self._own_files = own_files
        self._threads = threads or threads_for(_cores())
        self._environ = environ_of(child_environ)
        self._catalogue = catalogue()
        self._children: dict[str, ChildProcess] = {}
        self._tasks: TaskGroup | None = None
        self._door = anyio.Lock()

    async def __aenter__(self) -> Self:
        """Open the task group that children live in."""
        self._tasks = anyio.create_task_group()
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End every child. An error on its way through stays as it is: the task group never sees it."""
        if self._tasks is not None:
            self._tasks.cancel_scope.cancel()
            await self._tasks.__aexit__(None, None, None)

    def unavailable(self, name: str) -> str | None:
        """Say in a sentence why `name` cannot be used now and what to do, or None. Looks, but starts nothing."""
        if name in self._own_files:
            if not self._own_files[name].is_file():
                return f"local:{name} is configured as {self._own_files[name]}, which is no file: correct the path."
        elif name not in self._catalogue:
            return _unknown(name, [*self._own_files, *self._catalogue])
        elif not is_present(self._catalogue[name], self._models_dir):
            return f"local:{name} is not on this machine yet: run `fusion-mcp pull {name}`."
        if not native.is_installed():
            return f"Local models need their runtime: run `{native.HOW_TO_INSTALL}`."
        return None

    def notice(self, name: str) -> str | None:
        """Give the sentence that every result made with this model must carry, if there is one."""
        weights = self._weights(name)
        return weights.notice if weights else None

    async def endpoint(self, name: str) -> Endpoint:
        """Say where `name` is served, starting it first if it is not running. Raises LocalModelError.

        Callers share one child. One that is cancelled while it waits does not take the child from the others.
        """
        async with self._door:
            child = self._children.get(name)
            if child is None or not await child.is_there():
                child = await self._start(name)
        await child.ready.wait()  # no deadline here: the child's own start has one
        if child.url is None:
            raise LocalModelError(f"local:{name} cannot be started from {child.launch.path}: {child.fault}.")
        return Endpoint(base_url=f"{child.url}/v1", api_key=child.launch.api_key)

    async def _start(self, name: str) -> ChildProcess:
        if self._tasks is None:
            raise RuntimeError("LocalRuntime is used outside `async with`")
        weights = self._weights(name)
        launch = Launch(
            path=str(await self._file(name)),
            alias=name,
            slots=_SLOTS,
            context_tokens=weights.context_tokens if weights else _OWN_CONTEXT_TOKENS,
            threads=self._threads,
            api_key=secrets.token_urlsafe(32),
        )
        child = self._children[name] = ChildProcess(launch, self._environ)
        self._tasks.start_soon(child.run, name=f"local:{name}")
        return child

    def _weights(self, name: str) -> Weights | None:
        return None if name in self._own_files else self._catalogue.get(name)

    async def _file(self, name: str) -> Path:
        """Find the file, and make sure once that a fetched one is what the catalogue says."""
        if why := self.unavailable(name):
            raise LocalModelError(why)
        if name in self._own_files:
            return self._own_files[name].absolute()
        weights, path = self._catalogue[name], self._catalogue[name].path_in(self._models_dir).absolute()
        if not await anyio.to_thread.run_sync(is_verified, weights, self._models_dir):
            raise LocalModelError(
                f"{path} is not the file of local:{name} (wrong sha256): run `fusion-mcp pull {name}`."
            )
        return path


def _unknown(name: str, known: list[str]) -> str:
    advice = did_you_mean(name, known) or f"; there are {', '.join(known)}."
    return f"There is no local model '{name}'{advice}"


def _cores() -> int:
    """Count the cores that this process may use, where the system says so."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
