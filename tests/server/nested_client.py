"""Run as a program: an MCP client that an agent might have started. Asks once for each line of stdin, over HTTP.

Arguments are the server's URL and its token. It writes each reply's text on one line.
"""

import json
import sys

import httpx2

OPENING = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "nested", "version": "1"}}


def main(url: str, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json, text/event-stream"}
    with httpx2.Client(headers=headers, timeout=30, trust_env=False) as client:
        opened = client.post(url, json={"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": OPENING})
        session = {"Mcp-Session-Id": opened.headers["mcp-session-id"]}
        client.post(url, json={"jsonrpc": "2.0", "method": "notifications/initialized"}, headers=session)
        for line in sys.stdin:
            call = {"name": "fusion_ask", "arguments": {"question": line.strip()}}
            request = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": call}
            sys.stdout.write(_text(client.post(url, json=request, headers=session).text) + "\n")
            sys.stdout.flush()


def _text(reply: str) -> str:
    """Take the text out of a reply, whether it came as JSON or as the one event of a stream."""
    [data] = [line.removeprefix("data: ") for line in reply.splitlines() if '"result"' in line]
    return json.dumps(json.loads(data)["result"]["content"][0]["text"])


if __name__ == "__main__":
    main(*sys.argv[1:3])
