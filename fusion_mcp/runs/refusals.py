"""What a caller is told who cannot have a run, and what to do. Pure."""

from fusion_mcp.errors import Refused


def unknown(run_id: str) -> Refused:
    """There is no such run."""
    return Refused("invalid_arguments", f"run_id: there is no run '{run_id[:40]}'; ids are given with status running.")


def closing(run_id: str) -> Refused:
    """The run ended with this process, and can be gone on with."""
    again = f"what it has finished is kept: call fusion_result with run_id '{run_id}', or ask the same again"
    return Refused("cancelled", f"fusion-mcp is being shut down, and this run with it; {again}.")


def cancelled(run_id: str) -> Refused:
    """Somebody has ended the run."""
    return Refused("cancelled", f"run '{run_id}' was cancelled. Ask again to continue it.")


def ended() -> Refused:
    """The run that was joined, since it may have asked this very question, is over without an answer."""
    return Refused(
        "cancelled",
        "this question was being worked on by a live run, which this call had joined and which has ended. Ask again.",
    )


def not_kept(run_id: str) -> Refused:
    """The run is known, and what it was about is not kept, or was by a version that is not understood."""
    return Refused(
        "invalid_arguments",
        f"run_id: of run '{run_id}' nothing but its cost is kept, or what is kept was written by another version. Ask "
        "the question again.",
    )
