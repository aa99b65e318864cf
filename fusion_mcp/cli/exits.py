"""How an error is told, in one or two lines and never as a traceback, and which exit status it becomes.

0 is a result, also a degraded one; 1 is none; 2 is something for the person to mend in what was typed or configured.
"""

import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar, cast

from fusion_mcp import __version__
from fusion_mcp.cleaning import one_line
from fusion_mcp.cli.arguments import UsageError
from fusion_mcp.cli.streams import say
from fusion_mcp.errors import ConfigError, FusionError, FusionFailed, Refused

T = TypeVar("T")

OK = 0
NO_RESULT = 1
USAGE = 2
INTERRUPTED = 130

DEBUG = "FUSION_MCP_DEBUG"

_TO_MEND = ("invalid_arguments", "unknown_preset", "invalid_model", "unauthorized")
"""Refusals that the person can mend in the command or the configuration."""

_LINE = 1500


def tell(error: BaseException, environ: Mapping[str, str]) -> int:
    """Say on stderr what went wrong and what to do, and give the exit status."""
    error = _innermost(error)
    if debugging(environ):
        say("".join(traceback.format_exception(error)).rstrip())
    if isinstance(error, KeyboardInterrupt):
        say("fusion-mcp: interrupted; what was running has been cancelled")
        return INTERRUPTED
    for number, line in enumerate(_lines(error)):
        text = one_line(line, _LINE)
        say(f"fusion-mcp: {text}" if number == 0 else f"  {text}")
    return _status(error)


def unwrapped(outcome: T | FusionError) -> T:
    """Give an outcome, or raise the error that was returned in its place."""
    if isinstance(outcome, FusionError):
        raise outcome
    return outcome


def debugging(environ: Mapping[str, str]) -> bool:
    """Tell whether the person asked to see tracebacks."""
    return environ.get(DEBUG, "").strip() not in ("", "0")


def _innermost(error: BaseException) -> BaseException:
    """Look through task groups: what a person can act on comes first."""
    if not isinstance(error, BaseExceptionGroup):
        return error
    group = cast("BaseExceptionGroup[BaseException]", error)
    leaves = [_innermost(each) for each in group.exceptions]
    return next((leaf for leaf in leaves if isinstance(leaf, FusionError | KeyboardInterrupt)), leaves[0])


def _lines(error: BaseException) -> list[str]:
    match error:
        case ConfigError():
            first, *more = error.faults or ("the configuration cannot be used",)
            others = f"and {len(more)} more faults; fusion-mcp doctor lists them all"
            return [first, *(more if len(more) <= 1 else [others])]
        case Refused():
            return [f"{error.reason}: {error.message}"]
        case FusionFailed():
            return _failure(error)
        case FusionError():
            return str(error).splitlines()
        case OSError() if error.strerror and error.filename is not None:
            return [f"{error.filename}: {error.strerror}"]
        case _:
            return _unexpected(error)


def _failure(error: FusionFailed) -> list[str]:
    from fusion_mcp.render import failure_lines, headline  # noqa: PLC0415 pydantic is not for a usage error to wait for

    room = _LINE // max(len(error.failures), 1) - len("; ")
    return [headline(error, _LINE), "; ".join(failure_lines(error, room))]


def _unexpected(error: BaseException) -> list[str]:
    if _is_foreign(error):
        missing = f"the package {cast('ModuleNotFoundError', error).name} is not installed for {sys.executable}"
        return [f"{missing}; start fusion-mcp by the Python that it was installed for, or install it for this one, too"]
    what = f"{kind_and_place(error)}, version {__version__}"
    return [f"a fault of the program itself ({what}); please report it, with what {DEBUG}=1 shows"]


def kind_and_place(error: BaseException) -> str:
    """Name an error's kind and where in our code it arose. Its message is left out: nobody knows what it quotes."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "fusion_mcp" in Path(frame.filename).parts]
    return f"{type(error).__name__}{f' at {Path(ours[-1].filename).name}:{ours[-1].lineno}' if ours else ''}"


def _is_foreign(error: BaseException) -> bool:
    """Whether a package is missing that is somebody else's, and not a part of this one."""
    return isinstance(error, ModuleNotFoundError) and (error.name or "fusion_mcp").partition(".")[0] != "fusion_mcp"


def _status(error: BaseException) -> int:
    if isinstance(error, Refused):
        return USAGE if error.reason in _TO_MEND else NO_RESULT
    return USAGE if isinstance(error, UsageError | ConfigError) or _is_foreign(error) else NO_RESULT
