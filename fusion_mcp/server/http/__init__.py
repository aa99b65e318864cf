"""MCP over HTTP: Streamable HTTP and SSE, who may call, and when a call or the server ends."""
