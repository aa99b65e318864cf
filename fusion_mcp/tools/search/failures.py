"""Why a backend brought nothing, in our own words, with what a person could do about it. Pure.

Nothing here repeats what a server wrote: the sentences reach models and warnings.
"""

from collections.abc import Mapping
from http import HTTPStatus


class BackendError(Exception):
    """A backend that brought nothing. `why` goes on from its title, as in "does not answer", without a full stop."""

    def __init__(self, why: str) -> None:
        """`why` reaches models, so it is in our own words."""
        super().__init__(why)
        self.why = why


_KEY_REFUSED = "refuses the key in {key}"
_WITH_KEY: Mapping[int, str] = {
    HTTPStatus.UNAUTHORIZED: _KEY_REFUSED,
    HTTPStatus.FORBIDDEN: _KEY_REFUSED,
    HTTPStatus.BAD_REQUEST: "takes the query or the key in {key} for wrong",
    HTTPStatus.UNPROCESSABLE_ENTITY: "takes the query or the key in {key} for wrong",
}
_ANY: Mapping[int, str] = {
    HTTPStatus.UNAUTHORIZED: "wants a key or a login, and has none",
    HTTPStatus.FORBIDDEN: "turns us away",
    HTTPStatus.PAYMENT_REQUIRED: "has no credit left: top it up, or name another backend in web.search",
    HTTPStatus.NOT_FOUND: "has no search at its address: check web.{name}_url",
    HTTPStatus.METHOD_NOT_ALLOWED: "has no search at its address: check web.{name}_url",
    HTTPStatus.TOO_MANY_REQUESTS: "has been asked too often: wait, or name another backend in web.search",
}


def why_status(status: int, *, name: str, key_variable: str | None, own_words: Mapping[int, str]) -> str:
    """Say what a status other than 200 means: in the backend's own words for it, else in everybody's.

    `name` is the backend's in config.toml, `key_variable` where its key stands, if it was sent one.
    """
    words = {**_ANY, **(_WITH_KEY if key_variable else {}), **own_words}.get(status) or _by_class(status)
    place, colon, advice = words.partition(":")
    return f"{place} (status {status}){colon}{advice}".format(name=name, key=key_variable)


def _by_class(status: int) -> str:
    if 300 <= status < 400:  # noqa: PLR2004 - the class of redirects
        return "sends us on to another address, which is not followed: check web.{name}_url"
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "has a fault of its own"
    return "does not take this query"
