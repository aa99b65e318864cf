"""The text of an answer as it is graded, and the digest by which a grade knows it again. Pure."""

import hashlib

from fusion_mcp.evaluation.records import Answer


def text_of(answer: Answer) -> str:
    """Give the answer as the person would have got it; empty where there is none."""
    return ((answer.result and answer.result.answer) or "").strip()


def text_digest(answer: Answer) -> str:
    """Name the text: SHA-256, in hexadecimal digits."""
    return hashlib.sha256(text_of(answer).encode("utf-8", "surrogatepass")).hexdigest()
