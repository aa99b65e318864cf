"""fusion-mcp: a panel of models answers, a judge compares them, one honest answer comes back.

The front door for scripts. Nothing is imported before it is asked for: a server that starts late is dropped by its
client.

    async with open_engine(load_settings(os.environ)) as engine:
        result = await engine.run("ask", Ask(question="..."), on_progress=print)
"""

from importlib import import_module

__version__ = "0.1.0"

_ROOMS = {
    "Ask": "request",
    "Compare": "request",
    "ConfigError": "errors",
    "Engine": "engine",
    "FusionError": "errors",
    "FusionFailed": "errors",
    "FusionResult": "result",
    "Progress": "protocols",
    "Refused": "errors",
    "Settings": "settings",
    "load_settings": "settings",
    "open_engine": "engine",
}

__all__ = ["__version__", *_ROOMS]  # noqa: PLE0604  # pyright: ignore[reportUnsupportedDunderAll] names come from rooms


def __getattr__(name: str) -> object:
    """Fetch a public name from its room on first use (PEP 562)."""
    if name not in _ROOMS:
        raise AttributeError(f"module 'fusion_mcp' has no attribute '{name}'")
    return getattr(import_module(f"fusion_mcp.{_ROOMS[name]}"), name)
