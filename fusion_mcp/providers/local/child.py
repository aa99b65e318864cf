"""The process that holds a model and serves it on loopback: a script that imports nothing of ours.

It is a process of its own, since a crash in native code must not end the server. One line of JSON on stdin says what to
serve (the key too: no list of processes shows it), one line on stdout answers, `{"url": ...}` or `{"error": ...}`.
It ends when stdin closes, which happens however its parent ends.
"""

import importlib
import json
import os
import signal
import sys
import threading
from typing import Any, TextIO

_LAST_WORDS_S = 0.5


def main() -> None:
    """Serve until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal reaches us too, and is the parent's to answer
    answer = _claim_stdout()
    line = sys.stdin.readline()
    if not line:
        return
    parent_gone = threading.Thread(target=_end_with_parent, daemon=True)
    parent_gone.start()
    try:
        server = _serve(json.loads(line))
    except Exception as error:  # noqa: BLE001  # native code raises what it likes; the parent says it in a sentence
        parent_gone.join(_LAST_WORDS_S)  # llama.cpp logs from a thread of its own, which dies with us
        print(json.dumps({"error": str(error)}), file=answer, flush=True)
        os._exit(1)
    print(json.dumps({"url": server.listening_address}), file=answer, flush=True)
    parent_gone.join()


def _claim_stdout() -> TextIO:
    """Keep the real stdout for our one line; whatever native code prints there goes to stderr instead."""
    answer = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answer


def _end_with_parent() -> None:
    """Leave at once when stdin closes, also in the middle of loading: nothing here is worth an orderly goodbye."""
    while sys.stdin.readline():
        pass
    os._exit(0)


def _serve(wanted: dict[str, Any]) -> Any:
    xllamacpp: Any = importlib.import_module("xllamacpp")
    params = xllamacpp.CommonParams()
    params.model.path = wanted["path"]
    params.model_alias = {wanted["alias"]}  # without it the list of models shows the whole path
    params.n_parallel = wanted["slots"]
    params.n_ctx = wanted["slots"] * wanted["context_tokens"]  # the whole, which the slots divide
    params.cache_ram_mib, params.cache_idle_slots = 0, False  # by default it keeps up to 8 GiB of old prompts
    for threads in (params.cpuparams, params.cpuparams_batch):
        threads.n_threads = wanted["threads"]
        threads.poll = 0  # as with OpenMP's (see `launch`): those that spin while they wait are slow on a busy machine
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.api_keys = [wanted["api_key"]]
    params.ui = params.endpoint_slots = False
    params.offline = True
    params.use_jinja = True
    params.verbosity = 1  # errors, on stderr: the parent quotes the first
    return xllamacpp.Server(params)


if __name__ == "__main__":
    main()
