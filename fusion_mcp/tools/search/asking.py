"""One backend asked once over HTTP: encoded, sent, billed, read."""

import json
from decimal import Decimal
from http import HTTPStatus

from fusion_mcp.ledger import Account, Line
from fusion_mcp.tools.search.backends import DIALECTS, Backend
from fusion_mcp.tools.search.dialect import Place, Query, WrongShapeError
from fusion_mcp.tools.search.failures import BackendError, why_status
from fusion_mcp.tools.search.hits import Hit
from fusion_mcp.tools.search.http import SearchHttp, Sending, UnreachableError
from fusion_mcp.types import ModelRef, Usage

BILLED_AS = "web_search"
"""Under which name searches stand in the ledger, where models have their provider's. No provider may be called so."""

_CUT_OFF = object()


def in_doubt_for_good(backend: Backend, account: Account) -> bool:
    """Whether earlier lives of the run have asked `backend` in this very step, too often without hearing of it."""
    return bool(account.step) and account.ledger.was_cut_off_for_good(account.step, _billed_as(backend))


async def ask(http: SearchHttp, backend: Backend, place: Place, query: Query, account: Account) -> list[Hit]:
    """Search with `backend`. Waits as long as the caller's cancel scope allows.

    Raises BackendError, and LimitReached where `account` does. What a search costs is entered before it goes out, and
    settled before anything is made of the reply.
    """
    request = DIALECTS[backend.name].encode(query, place)
    sending = Sending()
    reply: object = _CUT_OFF
    line = None if backend.free else await _entered(backend, account)
    try:
        body = await http.fetch(request, sending)
        reply = _decoded(body)
    except UnreachableError as error:
        raise BackendError(_advised(error.why, backend)) from None
    finally:
        if line is not None:
            _settle(line, backend, sending, reply)
    return _results(backend, sending, body, reply)


def _billed_as(backend: Backend) -> ModelRef:
    return ModelRef(BILLED_AS, backend.name)


async def _entered(backend: Backend, account: Account) -> Line:
    # A search is no call to a model, also if it is cut off.
    return await account.open(_billed_as(backend), backend.usd_per_search, Usage(calls=0))


def _settle(line: Line, backend: Backend, sending: Sending, reply: object) -> None:
    """Enter the bill: nothing for what never left or was refused, else what the reply says, else the list price.

    What broke off after it had left stays open: nobody knows whether it was billed.
    """
    if not sending.has_left or sending.status not in (None, HTTPStatus.OK):
        line.settle(Usage(calls=0), Decimal(0))
    elif reply is not _CUT_OFF:
        stated = DIALECTS[backend.name].cost_of(reply)
        line.settle(Usage(calls=0), backend.usd_per_search if stated is None else stated)


def _decoded(body: bytes) -> object:
    """Decode JSON; None also for what is none. Fractions are exact, since some of them are money."""
    try:
        return json.loads(body, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError):
        return None


def _results(backend: Backend, sending: Sending, body: bytes, reply: object) -> list[Hit]:
    dialect = DIALECTS[backend.name]
    if sending.status != HTTPStatus.OK:
        words = why_status(
            sending.status or 0, name=backend.name, key_variable=backend.key_variable, own_words=dialect.statuses
        )
        raise BackendError(words)
    if not body.strip():
        raise BackendError(_advised("answered with nothing", backend))
    if reply is None:
        what = "a web page" if body.lstrip().startswith(b"<") else "something that is not JSON"
        raise BackendError(_advised(f"answered with {what} instead of results", backend))
    try:
        return dialect.read(reply)
    except WrongShapeError:
        raise BackendError(_advised("answered with something else than results", backend)) from None


def _advised(why: str, backend: Backend) -> str:
    return f"{why}: check that it runs, and web.{backend.name}_url" if backend.has_own_url else why
