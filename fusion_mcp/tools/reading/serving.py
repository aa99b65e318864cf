"""What the child does once it is started: documents in, what they say out, one after the other.

It ends itself when a document takes more than its share, and when stdin closes, which happens however its parent ends.
"""

import gc
import json
import os
import signal
import sys
import threading
from dataclasses import asdict
from queue import SimpleQueue
from typing import Any, BinaryIO

from fusion_mcp.tools.faults import ToolFault
from fusion_mcp.tools.reading.documents import read_document
from fusion_mcp.tools.reading.framing import LENGTHS, framed, lengths
from fusion_mcp.tools.reading.patience import Patience
from fusion_mcp.tools.reading.readable import ReadingLimits

_LEAVES_ANYWAY_S = 1.0
"""How much later than its parent would end it a busy process ends, should the parent be gone."""

_NEW_OBJECTS = 100_000
"""How many may be made before some are looked for that hold each other: a page is a tree, and has none."""

_Jobs = SimpleQueue[tuple[dict[str, Any], bytes]]


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests for ever."""
    gc.set_threshold(_NEW_OBJECTS)
    jobs = _Jobs()
    threading.Thread(target=_listen, args=(requests, jobs), daemon=True).start()
    while True:
        head, body = jobs.get()
        _set_timers(cpu_s=head["limits"]["cpu_s"], real_s=head["within"] + _LEAVES_ANYWAY_S)
        answer = framed(*_answer(head, body))
        _set_timers(cpu_s=0, real_s=0)
        answers.writelines(answer)
        answers.flush()


def _listen(requests: BinaryIO, jobs: _Jobs) -> None:
    """Take up requests, also while one is being served, so that their end is noticed."""
    try:
        while len(prefix := requests.read(LENGTHS.size)) == LENGTHS.size:
            head, body = lengths(prefix)
            jobs.put((json.loads(requests.read(head)), requests.read(body)))
    finally:
        os._exit(0)


def _set_timers(*, cpu_s: float, real_s: float) -> None:
    """Have the system end this process after so much time, whatever it is doing then; 0 calls that off."""
    if sys.platform != "win32":  # which has no timers: there the parent ends it, or `_listen` when the parent is gone
        signal.setitimer(signal.ITIMER_PROF, cpu_s)
        signal.setitimer(signal.ITIMER_REAL, real_s)


def _answer(head: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
    limits = ReadingLimits(**head["limits"])
    patience = Patience(min(head["within"], limits.cpu_s) / 2)
    try:
        read = asdict(read_document(body, head["content_type"], head["url"], limits, patience))
        text = read.pop("text").encode()
    except ToolFault as fault:
        return {"fault": {"reason": fault.reason, "message": fault.message}}, b""
    except MemoryError:
        return {"too_large": True}, b""
    except Exception:  # noqa: BLE001 - a document that breaks its reader cannot be read
        return {"broken": True}, b""
    return {"read": read}, text
