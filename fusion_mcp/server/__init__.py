"""MCP: the tools, resources and prompts of Fusion, over stdio and HTTP. Nothing here asks a model or reads a file."""
