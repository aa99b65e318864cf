"""What becomes of a quotation, and the marks of those that are unsupported. Nothing is decided here."""

from collections.abc import Mapping
from typing import Literal

Verdict = Literal["supported", "unchecked", "not_found", "not_retrieved"]

MARKS: Mapping[Verdict, str] = {
    "not_found": "[unsupported: not in the source]",
    "not_retrieved": "[unsupported: the source was not read]",
}
