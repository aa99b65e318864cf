"""The main job on real inference: a real MCP client, a real server process, a real (tiny) model on every seat."""

import sys
from pathlib import Path

import anyio
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from fusion_mcp.providers.local.weights import catalogue
from scripted import Home

PRESET = """
title = "Tiny"
deadline_s = 120
quorum = 2
grace_s = 60
[[panel]]
model = "local:smollm2-135m"
lens = "Be precise about terms."
max_output_tokens = 40
[[panel]]
model = "local:smollm2-135m"
temperature = 0.9
max_output_tokens = 40
[judge]
model = "local:smollm2-135m"
max_output_tokens = 200
[synthesizer]
model = "local:smollm2-135m"
max_output_tokens = 60
"""


async def test_a_question_goes_through_panel_judge_and_synthesizer_on_the_embedded_model(
    home: Home, models_dir: Path
) -> None:
    home.preset("tiny", PRESET)
    home.data.mkdir()
    (home.data / "models").symlink_to(models_dir)
    seen: list[float] = []

    async def progressed(progress: float, total: float | None, message: str | None) -> None:
        del total, message
        seen.append(progress)

    parameters = StdioServerParameters(command=sys.executable, args=["-m", "fusion_mcp"], env=home.environ())
    with anyio.fail_after(150):
        async with Client(stdio_client(parameters)) as client:
            result = await client.call_tool(
                "fusion_ask",
                {"question": "What is the capital of France?", "preset": "tiny"},
                progress_callback=progressed,
            )
    assert not result.is_error, result.content
    shown = result.structured_content
    assert shown is not None
    assert [response["model"] for response in shown["responses"]] == ["local:smollm2-135m", "local:smollm2-135m #2"]
    assert all(response["content"] for response in shown["responses"])
    assert shown["answer"]
    assert shown["cost_usd"] == 0
    assert catalogue()["smollm2-135m"].notice in shown["warnings"]
    assert all(shown["seconds"][stage] > 0 for stage in ("panel", "judge", "total"))
    assert seen == sorted(set(seen))
