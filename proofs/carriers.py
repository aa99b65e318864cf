"""What a refusal of a call from inside a run says stopped it. Pure."""

import re

NOT_STOPPED = "NOT STOPPED"

_CARRIER = re.compile(r"\(Marked by (.*?)\.\)")
_PID = re.compile(r" \(\d+\)")


def carrier_in(text: str) -> str | None:
    """Name the marker that a refusal names, as it stands there; None where the text is no refusal."""
    found = _CARRIER.search(text)
    return found[1] if found else None


def without_pid(carrier: str) -> str:
    """Name the marker alike whichever process it was."""
    return _PID.sub("", carrier)
