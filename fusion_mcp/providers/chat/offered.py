"""The tools that a request offers: ours as functions, the provider's own as it wants them named. Pure.

What the provider's own are called, and by which words they are limited, stands in servers.toml.
"""

from fusion_mcp.providers.catalog.provider import NativeTool, Provider
from fusion_mcp.providers.foreign import Json
from fusion_mcp.types import ChatRequest, NativeWeb, Tool


def offered(provider: Provider, request: ChatRequest) -> Json:
    """Give the part of a body that offers tools: empty when the request has none that this provider could use."""
    native, web = provider.native_web, request.native_web
    own = [_function(tool) for tool in request.tools]
    theirs = [_native(native.tools[name], web) for name in web.tools if name in native.tools] if native and web else []
    if not (own or theirs):
        return {}
    body: Json = {"tools": [*own, *theirs]}
    if request.tool_choice == "none":
        body["tool_choice"] = "none"
    if theirs and native and web and native.max_calls:
        body[native.max_calls] = web.max_calls
    return body


def _function(tool: Tool) -> Json:
    described = {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
    return {"type": "function", "function": described}


def _native(tool: NativeTool, web: NativeWeb) -> Json:
    parameters = {**tool.parameters, tool.max_uses: web.max_calls}
    if web.allowed_domains:
        parameters[tool.allowed_domains] = list(web.allowed_domains)
    if excluded := _excluded(web):
        parameters[tool.excluded_domains] = excluded
    return {"type": tool.type, "parameters": parameters}


def _excluded(web: NativeWeb) -> list[str]:
    """Leave out what is not allowed anyway: several search engines take only one of the two lists."""
    allowed = web.allowed_domains
    return [name for name in web.excluded_domains if not allowed or any(_overlap(name, other) for other in allowed)]


def _overlap(one: str, other: str) -> bool:
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")
