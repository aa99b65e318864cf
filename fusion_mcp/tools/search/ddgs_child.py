"""The process that asks search engines through the ddgs library: a script that imports nothing of ours.

It is a process of its own, since a request of that library cannot be called off: a process can be ended at any moment,
and with it everything that it has on the wire. Nor does it see any environment but its own. One line of JSON on stdin
says what to look for, each engine answers with a line on stdout, `{"rows": [...]}` or `{"fault": "..."}`, as soon as it
has something to say. It ends when all have, or when stdin closes, which happens however its parent ends.
"""

import json
import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any, TextIO

ENGINES_AT_ONCE = 2
FIELDS = ("title", "href", "body")
LONGEST_TEXT = 3000


def main() -> None:
    """Ask every engine, or leave when the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal reaches us too, and is the parent's to answer
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever the library prints is no answer
    line = sys.stdin.readline()
    if not line:
        return
    threading.Thread(target=_end_with_parent, daemon=True).start()
    wanted: dict[str, Any] = json.loads(line)
    try:
        _keep_addresses()
        with ThreadPoolExecutor(ENGINES_AT_ONCE) as engines:
            list(engines.map(partial(_answer, answers, threading.Lock(), wanted), wanted["engines"]))
    except ImportError:
        _tell(answers, {"fault": "missing"})
    finally:
        os._exit(0)  # the thread that listens for the parent cannot be told to end


def _end_with_parent() -> None:
    while sys.stdin.readline():
        pass
    os._exit(0)


def _answer(answers: TextIO, turn: threading.Lock, wanted: dict[str, Any], engine: str) -> None:
    answer = _ask(wanted, engine)
    with turn:
        _tell(answers, answer)


def _tell(answers: TextIO, answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


def _ask(wanted: dict[str, Any], engine: str) -> dict[str, Any]:
    import ddgs  # noqa: PLC0415 - a library that cannot be loaded is an answer too

    library: Any = ddgs  # its front door is made as it is first used, which no type checker can follow
    try:
        search = library.DDGS(proxy=wanted["proxy"], timeout=wanted["timeout_s"], verify=wanted["certificates"] or True)
        found = search.text(wanted["query"], backend=engine, max_results=wanted["most"])
        return {"rows": [{name: str(row.get(name, ""))[:LONGEST_TEXT] for name in FIELDS} for row in found]}
    except Exception as error:  # noqa: BLE001 - the library and its native parts raise what they like
        return {"fault": _fault(error)}


def _fault(error: Exception) -> str:
    """Name the kind of a failure. The library has one exception for nearly all, with the cause in its words."""
    kind, said = type(error).__name__, str(error)
    if kind == "TimeoutException" or "TimeoutError" in said:
        return "timed_out"
    if said.startswith("No results"):
        return "nothing"
    if kind == "BuilderError":
        return "settings"
    return "unreachable" if said.startswith(("ConnectError", "DNSError", "RequestError")) else "failed"


def _keep_addresses() -> None:
    """Keep the library from decoding the addresses that it finds: %20 and %26 decoded are another address."""
    with suppress(
        ImportError, AttributeError, KeyError, TypeError
    ):  # where this is done is not the library's front door
        from ddgs import results  # noqa: PLC0415 - as above

        normalizers: Any = results.BaseResult.__dict__["_normalizers"]
        normalizers["href"] = str.strip


if __name__ == "__main__":
    main()
