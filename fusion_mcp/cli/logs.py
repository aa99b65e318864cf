"""The log of the commands that a person types: one line on stderr for a warning or an error, and no traceback.

While serving, the log goes to a client's files and is `server.logs`.
"""

import logging
import sys
from collections.abc import Mapping

from fusion_mcp.cleaning import one_line
from fusion_mcp.cli.exits import DEBUG, debugging, kind_and_place

_LINE = 500


def configure_logging(environ: Mapping[str, str]) -> None:
    """Send the log of the whole process to stderr from WARNING on; whole tracebacks only when debugging."""
    handler = logging.StreamHandler(sys.stderr)
    if not debugging(environ):
        handler.setFormatter(_OneLine())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


class _OneLine(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        error = record.exc_info[1] if record.exc_info else None
        fault = f" ({kind_and_place(error)}); {DEBUG}=1 shows more" if error is not None else ""
        return f"fusion-mcp: {one_line(record.getMessage(), _LINE)}{fault}"
