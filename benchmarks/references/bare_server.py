"""The least that an MCP server can be: the SDK's, with one tool. Over stdio, or with `--http` over Streamable HTTP.

Over HTTP it prints its port. It is started by its path, so that it imports nothing of ours.
"""

import socket
import sys

from mcp.server import MCPServer

server = MCPServer("bare", log_level="WARNING")


@server.tool()
def ask(question: str) -> str:
    """Answer a question."""
    return f"Paris, as to {question}"


def main() -> None:
    """Serve until stdin closes, or until somebody ends it."""
    if "--http" not in sys.argv:
        server.run("stdio")
        return
    import uvicorn  # noqa: PLC0415 stdio need not wait for it

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(4096)
        print(listening.getsockname()[1], flush=True)
        config = uvicorn.Config(server.streamable_http_app(), log_level="error")
        uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
