"""Asks a panel over MCP, as a client does, and waits for it however long it takes: ask_over_mcp.py QUESTION."""

import asyncio
import os
import sys
from typing import Any

from mcp import Client, StdioServerParameters

SERVER = StdioServerParameters(command="fusion-mcp", env=dict(os.environ))
"""A server gets few variables unless it is handed them, and the key is one of them."""


async def ask(question: str) -> dict[str, Any]:
    """Give the structured result of one question. Raises RuntimeError with the reason where there is none."""
    async with Client(SERVER) as client:
        wanted = {"question": question, "max_cost_usd": 0.5}
        result = await client.call_tool("fusion_ask", wanted, progress_callback=show)
        while not result.is_error and result.structured_content["status"] == "running":
            run_id = result.structured_content["run_id"]
            result = await client.call_tool("fusion_result", {"run_id": run_id, "wait_s": 45}, progress_callback=show)
    if result.is_error:
        raise RuntimeError(result.content[0].text)
    return result.structured_content


async def show(_: float, __: float | None, message: str | None) -> None:
    """Say on stderr what the panel is doing."""
    print(message, file=sys.stderr)


def main() -> None:
    """Print the answer, who did not answer, and what it cost."""
    try:
        result = asyncio.run(ask(sys.argv[1]))
    except RuntimeError as error:
        sys.exit(str(error))
    print(result["answer"])
    for failed in result["failed_models"]:
        print(f"Without {failed['model']}: {failed['reason']}")
    cost = result["cost_usd"]
    print("Its cost is unknown." if cost is None else f"It cost ${cost:.4f}.")


if __name__ == "__main__":
    main()
