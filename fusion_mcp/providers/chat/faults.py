"""What is wrong with a reply that no status refuses: one that is none, broke off, reports an error or never came. Pure.

What a refusal by status means is `failures`.
"""

from fusion_mcp.providers.chat.attempt import Attempt
from fusion_mcp.providers.chat.complaints import read_complaint
from fusion_mcp.providers.chat.failures import classify
from fusion_mcp.providers.chat.refused_parts import tools_went_wrong
from fusion_mcp.providers.chat.reply import MAX_REPLY_CHARACTERS, Reply, StreamError
from fusion_mcp.providers.redaction import shown
from fusion_mcp.providers.refusal import Refusal, Taken

_LONG_SILENCE_S = 20.0
"""A silence that speaks against any provider, however little time its caller had."""


def verdict(attempt: Attempt, reply: Reply) -> Refusal | None:
    """Judge what has come when nothing more does; None for a whole reply."""
    title = attempt.provider.title
    if reply.error is not None:
        return _told_within(attempt, reply, reply.error)
    if reply.is_too_long:
        return Refusal(reason="upstream_error", message=f"{title} sent more than {MAX_REPLY_CHARACTERS:,} characters.")
    if not reply.ended:
        where = f"after {reply.spoken:,} characters" if reply.spoken else "before its first word"
        return fault(attempt, f"cut its reply off {where}.")
    if reply.is_wordless and "malformed_function_call" in (reply.finish_reason or "").lower():
        return fault(attempt, "could not read the tool call that its model wrote.", tools_went_wrong=True)
    return None


def silence(attempt: Attempt, reply: Reply, begins_within: float) -> Refusal:
    """Tell that a model was given up, before its first word or in the middle; it had `begins_within` s to begin."""
    if reply.began:
        waited, own = attempt.gap_s, attempt.provider.silence_s[1]
        what = f"fell silent for {round(waited, 1):g} s in the middle of its reply."
    else:
        waited, own = begins_within, attempt.provider.silence_s[0]
        what = f"had not begun to answer after {round(waited, 1):g} s."
    message = f"{attempt.provider.title} {what}"
    return Refusal(reason="timed_out", message=message, is_our_own=is_haste(waited, own))


def is_haste(waited_s: float, patience_s: float) -> bool:
    """Tell whether a silence was cut short by its caller, long before the `patience_s` that its provider is given."""
    return waited_s < min(patience_s, _LONG_SILENCE_S)


def fault(
    attempt: Attempt, what: str, *, retry: bool = True, taken: Taken = "accepted", tools_went_wrong: bool = False
) -> Refusal:
    """Tell what went wrong, in a sentence that begins with the provider."""
    return Refusal(
        reason="upstream_error",
        message=f"{attempt.provider.title} {what}",
        retry=retry,
        taken=taken,
        tools_went_wrong=tools_went_wrong,
    )


def _told_within(attempt: Attempt, reply: Reply, error: StreamError) -> Refusal:
    """An error that came as part of a reply. What has begun to be answered is not asked for again in other words."""
    status = error.status_code
    if status is not None:
        sent = () if reply.began else attempt.sent
        return classify(attempt.provider, attempt.model, status, {}, error.body, sent=sent, secrets=attempt.to.secrets)
    complaint = read_complaint(error.body)
    said = shown(complaint.message, attempt.to.secrets)
    went_wrong = tools_went_wrong(complaint, attempt.sent)
    return fault(attempt, f"reported an error within its reply: {said}", tools_went_wrong=went_wrong)
