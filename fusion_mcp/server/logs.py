"""What goes to stderr while serving: warnings and errors, and of an exception its kind and places only.

An exception's message may quote a question or a key, and stderr ends up in clients' log files.
"""

import logging
import sys
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import cast

# Each logs the traceback of a request that it refuses, which is the client's fault and no news.
_TALKATIVE = ("mcp.server.sse", "mcp.server.streamable_http")
# Warns at every shutdown that it could not tell a client whose stream has just been ended.
_FRETFUL = "mcp.shared.jsonrpc_dispatcher"


def configure_logging() -> None:
    """Send the log of the whole process to stderr from WARNING on. Call it before anything else; stdout is the wire."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Discreet("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in _TALKATIVE:
        logging.getLogger(name).addFilter(_without_traceback)
    logging.getLogger(_FRETFUL).setLevel(logging.ERROR)


def places(error: BaseException) -> str:
    """Write a traceback without any exception's message."""
    return "\n".join(_lines(error))


class _Discreet(logging.Formatter):
    """Formats exceptions as `places` does."""

    def formatException(  # noqa: N802 the standard library's name
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        return places(ei[1]) if ei[1] is not None else ""


def _lines(error: BaseException) -> Iterator[str]:
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield from _lines(cause)
        yield "which led to"
    kind = type(error)
    if isinstance(error, BaseExceptionGroup):
        for inner in cast("BaseExceptionGroup[BaseException]", error).exceptions:
            yield from _lines(inner)
    else:
        yield from (line.rstrip() for line in traceback.format_tb(error.__traceback__))
    yield f"{kind.__module__}.{kind.__qualname__}"


def _without_traceback(record: logging.LogRecord) -> bool:
    record.exc_info = record.exc_text = None
    return True
