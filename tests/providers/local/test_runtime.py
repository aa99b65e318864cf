"""Serving the real small model: started on first use, shared, restarted, and gone with whoever started it."""

import json
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import anyio
import httpx2
import psutil
import pytest

from fusion_mcp.providers.local import native
from fusion_mcp.providers.local import runtime as room
from fusion_mcp.providers.local.runtime import Endpoint, LocalModelError, LocalRuntime
from providers.local.conftest import SMALL

TESTS = Path(__file__).parents[2]
WITHIN_S = 90
SOON_S = 15


def runtime(models_dir: Path, own_files: Mapping[str, Path] | None = None) -> LocalRuntime:
    return LocalRuntime(models_dir, own_files or {}, 2, {})


def children() -> list[psutil.Process]:
    """The processes of ours that serve a model."""
    script = str(Path("local", "child.py"))
    return [child for child in psutil.Process().children() if script in " ".join(child.cmdline())]


def is_gone(url: str) -> bool:
    """Say whether nobody listens there any more, or soon will not: a connection ends when the child does."""
    address = urlsplit(url)
    deadline = time.monotonic() + SOON_S
    while time.monotonic() < deadline:
        try:
            with socket.create_connection((address.hostname or "", address.port or 0), timeout=SOON_S) as wire:
                wire.recv(1)
        except ConnectionRefusedError:
            return True
        except OSError:  # its sockets close one after the other
            continue
    return False


async def chat(endpoint: Endpoint, key: str | None = None) -> httpx2.Response:
    body = {"messages": [{"role": "user", "content": "Say hello."}], "max_tokens": 8}
    headers = {"Authorization": f"Bearer {key or endpoint.api_key}"}
    async with httpx2.AsyncClient(timeout=WITHIN_S, trust_env=False) as client:
        return await client.post(f"{endpoint.base_url}/chat/completions", json=body, headers=headers)


async def test_a_child_starts_on_first_use_answers_and_ends_with_the_runtime(models_dir: Path) -> None:
    with anyio.fail_after(WITHIN_S):
        async with runtime(models_dir) as local:
            assert children() == []
            endpoint = await local.endpoint(SMALL)
            reply = await chat(endpoint)
            assert reply.status_code == 200
            assert reply.json()["choices"][0]["message"]["content"]
        assert is_gone(endpoint.base_url)


async def test_a_runtime_that_is_never_used_starts_nothing(tmp_path: Path) -> None:
    async with runtime(tmp_path):
        assert children() == []


async def test_a_wrong_key_is_refused_and_the_right_one_is_in_no_repr(models_dir: Path) -> None:
    with anyio.fail_after(WITHIN_S):
        async with runtime(models_dir) as local:
            endpoint = await local.endpoint(SMALL)
            assert (await chat(endpoint, "wrong")).status_code == 401
            assert endpoint.api_key not in repr(endpoint)


async def test_callers_at_once_share_one_child(models_dir: Path) -> None:
    found: list[Endpoint] = []

    async def call(local: LocalRuntime) -> None:
        found.append(await local.endpoint(SMALL))

    with anyio.fail_after(WITHIN_S):
        async with runtime(models_dir) as local, anyio.create_task_group() as callers:
            for _ in range(3):
                callers.start_soon(call, local)
    assert len(found) == 3
    assert len({endpoint.api_key for endpoint in found}) == 1


async def test_a_caller_that_is_cancelled_does_not_take_the_child_from_the_others(models_dir: Path) -> None:
    with anyio.fail_after(WITHIN_S):
        async with runtime(models_dir) as local:
            with anyio.CancelScope() as scope:
                scope.cancel()
                await local.endpoint(SMALL)
            async with anyio.create_task_group() as callers:
                callers.start_soon(local.endpoint, SMALL)
                await anyio.wait_all_tasks_blocked()
                callers.cancel_scope.cancel()
            started = children()
            await local.endpoint(SMALL)
            assert children() == started != []


async def test_a_child_that_was_killed_is_started_again(models_dir: Path) -> None:
    with anyio.fail_after(WITHIN_S):
        async with runtime(models_dir) as local:
            first = await local.endpoint(SMALL)
            (child,) = children()
            child.kill()
            assert await anyio.to_thread.run_sync(is_gone, first.base_url)
            second = await local.endpoint(SMALL)
            assert second.api_key != first.api_key
            assert (await chat(second)).status_code == 200


async def test_an_error_passes_through_the_runtime_as_it_is(models_dir: Path) -> None:
    async def fail() -> None:
        async with runtime(models_dir) as local:
            await local.endpoint(SMALL)
            raise KeyError("mine")

    with anyio.fail_after(WITHIN_S), pytest.raises(KeyError, match="mine"):
        await fail()


async def test_a_runtime_that_is_cancelled_leaves_no_child(models_dir: Path) -> None:
    endpoint = None
    with anyio.fail_after(WITHIN_S):
        with anyio.CancelScope() as scope:
            async with runtime(models_dir) as local:
                endpoint = await local.endpoint(SMALL)
                scope.cancel()
                await anyio.sleep_forever()
        assert endpoint
        assert is_gone(endpoint.base_url)


def test_a_child_is_gone_within_seconds_after_its_parent_is_killed(models_dir: Path) -> None:
    command = [sys.executable, "-m", "providers.local.owning_process", models_dir]
    with subprocess.Popen(command, cwd=TESTS, stdout=subprocess.PIPE) as owner:
        assert owner.stdout
        url = owner.stdout.readline().decode().strip()
        owner.kill()
    assert is_gone(url)


def test_a_child_ends_when_its_parent_goes_while_it_is_still_loading(models_dir: Path) -> None:
    launch = room.Launch(
        path=str(models_dir / "smollm2-135m-instruct-q4_1.gguf"),
        alias=SMALL,
        slots=1,
        context_tokens=512,
        threads=1,
        api_key="key",
    )
    script = Path(room.__file__).with_name("child.py")
    child = subprocess.run(
        [sys.executable, script], input=launch.line(), capture_output=True, timeout=SOON_S, check=False
    )
    assert child.returncode == 0


async def test_a_file_that_is_no_gguf_gives_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "bad.gguf").write_text("this is no model")
    with anyio.fail_after(WITHIN_S):
        async with runtime(tmp_path, {"mine": tmp_path / "bad.gguf"}) as local:
            assert local.unavailable("mine") is None
            with pytest.raises(LocalModelError, match=r"local:mine cannot be started from .*llama.cpp says: .*GGUF"):
                await local.endpoint("mine")


async def test_a_gguf_of_ones_own_is_served_under_its_name(models_dir: Path) -> None:
    own = {"mine": models_dir / "smollm2-135m-instruct-q4_1.gguf"}
    with anyio.fail_after(WITHIN_S):
        async with runtime(models_dir, own) as local:
            reply = await chat(await local.endpoint("mine"))
            assert reply.json()["model"] == "mine"
            assert local.notice("mine") is None


async def test_a_fetched_file_that_was_damaged_is_not_served(tmp_path: Path) -> None:
    weights = room.catalogue()[SMALL]
    with weights.path_in(tmp_path).open("wb") as file:
        file.truncate(weights.bytes)
    with anyio.fail_after(WITHIN_S):
        async with runtime(tmp_path) as local:
            with pytest.raises(LocalModelError, match=f"wrong sha256.*fusion-mcp pull {SMALL}"):
                await local.endpoint(SMALL)


def test_what_is_missing_is_said_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "there.gguf").write_text("GGUF")
    local = runtime(tmp_path, {"there": tmp_path / "there.gguf", "lost": tmp_path / "lost.gguf"})
    assert local.unavailable("there") is None
    assert "lost.gguf" in (local.unavailable("lost") or "")
    assert f"fusion-mcp pull {SMALL}" in (local.unavailable(SMALL) or "")
    assert f"did you mean '{SMALL}'" in (local.unavailable("smollm2-135") or "")
    assert "there are" in (local.unavailable("zzzz") or "")
    monkeypatch.setitem(sys.modules, "xllamacpp", None)  # what the import system does with a package that is not there
    assert f"`{native.HOW_TO_INSTALL}`" in (local.unavailable("there") or "")


def test_the_runtime_to_install_is_the_one_that_the_package_asks_for() -> None:
    project = tomllib.loads((TESTS.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["optional-dependencies"]["local"] == [native.REQUIREMENT]
    assert native.REQUIREMENT.startswith(native.PACKAGE)


def test_catalogue_models_have_a_notice(tmp_path: Path) -> None:
    assert runtime(tmp_path).notice(SMALL) == room.catalogue()[SMALL].notice


def test_importing_the_runtime_loads_neither_the_native_library_nor_an_http_client() -> None:
    code = "import sys, json, fusion_mcp.providers.local.runtime; print(json.dumps(sorted(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=SOON_S)
    assert not {"xllamacpp", "httpx2"} & set(json.loads(run.stdout))
