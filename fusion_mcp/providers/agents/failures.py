"""What an agent's end means: a named failure, in a sentence that says what to do. Pure."""

import re
from collections.abc import Collection, Sequence
from pathlib import PurePath

from fusion_mcp.codes import Reason
from fusion_mcp.providers.agents.ending import Ending
from fusion_mcp.providers.agents.told import Told
from fusion_mcp.providers.asked import Asked
from fusion_mcp.providers.catalog.agent import Agent
from fusion_mcp.providers.catalog.provider import Provider
from fusion_mcp.providers.redaction import shown
from fusion_mcp.providers.refusal import Refusal
from fusion_mcp.types import CallFailure

_LOGIN = re.compile(
    r"not (?:logged|signed) in|please (?:run )?/?log ?in|log ?in required|unauthori[sz]ed|authenticat"
    r"|invalid (?:api|bearer|access)[ _-]?(?:key|token)|api[ _-]?key|set an auth method|oauth token|\b401\b"
    r"|invalid auth method|\"loggedIn\":\s*false|sign in again|missing environment variable|authorization is required",
    re.IGNORECASE,
)
_SAYS: tuple[tuple[Reason, re.Pattern[str]], ...] = (
    ("unauthorized", _LOGIN),
    ("insufficient_credits", re.compile(r"credit balance|out of credits|insufficient_quota|\b402\b", re.IGNORECASE)),
    (
        "rate_limited",
        re.compile(
            r"(?:usage|rate|weekly|session|hour) limit|limit reached|too many requests|quota|\b429\b", re.IGNORECASE
        ),
    ),
    (
        "invalid_model",
        re.compile(
            r"model.{0,60}(?:not (?:found|exist|available|supported)|unknown|invalid)|unknown model", re.IGNORECASE
        ),
    ),
)
"""What programs say of themselves, in the order in which it counts; statuses and codes are their services' own."""

_WHERE_IT_BROKE = re.compile(r"at .{1,1900}:\d{1,9}:\d{1,9}\)?")
"""A line of a JavaScript program's stack."""

_STATUS: dict[int, Reason] = {
    401: "unauthorized",
    402: "insufficient_credits",
    403: "unauthorized",
    429: "rate_limited",
}

_EXCEEDED = {
    "output": "wrote more than anybody could read",
    "line": "wrote a line longer than anybody could read",
    "processes": "started too many processes",
}


def not_there(provider: Provider, agent: Agent) -> CallFailure:
    """The failure of a program that is not installed, or not where the person says."""
    program, setting = agent.command[0], f"providers.{provider.name}.command in config.toml"
    if PurePath(program).name != program:
        message = f"{provider.title} cannot be started: there is no program at '{program}'. Correct {setting}."
        return CallFailure(reason="invalid_model", message=message)
    how = f" Install it with `{agent.install}`," if agent.install else " Install it,"
    message = f"there is no '{program}' on the PATH.{how} or name where it lies in {setting}."
    return CallFailure(reason="invalid_model", message=f"{provider.title} is not installed: {message}")


def is_of_login(said: str) -> bool:
    """Whether a program's words say that it is not logged in."""
    return _LOGIN.search(said) is not None


def how_to_log_in(provider: Provider, agent: Agent) -> str:
    """Say that a program is not logged in, or its key refused, and what to do."""
    if provider.api_key_env is not None:
        return f"{provider.title} had the key in {provider.api_key_env} refused: check that key."
    login = f" {agent.login}" if agent.login else ""
    if agent.key_as is None:
        return f"{provider.title} is not logged in.{login}"
    key = f"name the variable of an API key in providers.{provider.name}.api_key_env"
    return f"{provider.title} is not logged in.{login} Or have its calls billed: {key}."


def failed(asked: Asked, told: Told, ending: Ending | None, secrets: Collection[str]) -> Refusal:
    """Name the failure of a program that brought no answer; `ending` None: it was silent for too long."""
    title = asked.provider.title
    if ending is None:
        return Refusal(reason="timed_out", message=f"{title} said nothing any more for too long, and was ended.")
    if ending.missing is not None:
        return Refusal(reason="upstream_error", message=f"{title} could not be started: {ending.missing}.")
    if ending.exceeded is not None:
        return Refusal(reason="upstream_error", message=f"{title} {_EXCEEDED[ending.exceeded]} and was ended.")
    return _complained(asked, told, ending, secrets)


def _complained(asked: Asked, told: Told, ending: Ending, secrets: Collection[str]) -> Refusal:
    provider, agent = asked.provider, asked.provider.agent
    said = told.fault or _last_words(ending.complaints)
    reason = _reason(told, ending, said)
    tail = f" It said: {shown(said, secrets)}" if said else ""
    status = told.status_code
    match reason:
        case "unauthorized" if agent is not None:
            message = f"{how_to_log_in(provider, agent)}{tail}"
        case "rate_limited":
            message = f"{provider.title} has reached a limit of its plan or service.{tail}"
        case "insufficient_credits":
            message = f"{provider.title} says the account is out of credit.{tail}"
        case "invalid_model":
            message = f"{provider.title} has no model '{asked.model.model}' for this account.{tail}"
        case _ if told.wants_consent and not told.answer:
            message = f"{provider.title} asked for a permission, which nobody can give here.{tail}"
        case _:
            message = f"{provider.title} {_how(ending, told)}.{tail}"
    return Refusal(reason=reason, message=message, status_code=status)


def _reason(told: Told, ending: Ending, said: str) -> Reason:
    """Read it from the status that the program names, else from its words: its fault, else all that it complains of."""
    if told.status_code in _STATUS:
        return _STATUS[told.status_code]
    if told.answer and not told.fault:
        return "upstream_error"  # it complains of nothing, and the warnings on its stderr may speak of limits or logins
    words = told.fault or "\n".join((said, *ending.complaints))
    for reason, pattern in _SAYS:
        if pattern.search(words):
            return reason
    return "upstream_error"


def _how(ending: Ending, told: Told) -> str:
    if ending.signal is not None:
        return f"was ended by {ending.signal}"
    if told.fault:
        return "ended with an error"
    rubbish = ", having printed nothing that its `events` would be read from" if told.unread else ""
    return f"ended with status {ending.status}{rubbish}"


def _last_words(complaints: Sequence[str]) -> str:
    """Give the last line that says something: where a program broke in its own code does not."""
    said = [line for line in complaints if line.strip() and not _WHERE_IT_BROKE.fullmatch(line.strip())]
    return said[-1] if said else ""
