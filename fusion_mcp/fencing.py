"""Marks around text that is data, so that no model takes it for instructions. Pure.

Microsoft's "Spotlighting" (arXiv 2403.14720) calls this delimiting; it is one layer of several, and never the only one.
"""


def fenced(name: str, text: str, fence: str) -> str:
    """Mark where data begins and ends.

    The fence is random, so data can hold it only by having been shown it. What takes its place there is part of no
    fence, so that what remains around it cannot close up to one.
    """
    return f"<<<{name} {fence}>>>\n{text.replace(fence, '…')}\n<<<end of {name} {fence}>>>"
