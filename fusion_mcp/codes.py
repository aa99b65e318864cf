"""The closed lists of words that cross rooms, and reach clients: kinds of runs, their stages, reasons of failures."""

from typing import Literal

Kind = Literal["ask", "compare"]
Stage = Literal["panel", "judge", "synthesis", "verification"]

Reason = Literal[
    # OpenRouter Fusion's codes (its server-tool documentation, section on failures)
    "all_panels_failed",
    "insufficient_credits",
    "rate_limited",
    "judge_not_valid_json",
    "judge_schema_mismatch",
    "judge_upstream_error",
    "judge_empty_completion",
    "invalid_model",
    "cancelled",
    "unexpected_error",
    # ours
    "timed_out",
    "late",
    "empty_completion",
    "upstream_error",
    "unauthorized",
    "tool_loop_exhausted",
    "budget_exceeded",
    "recursion_refused",
    "unknown_preset",
    "invalid_arguments",
]
