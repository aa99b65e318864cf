"""The quotations of a text in Markdown, and the links that each is attributed to. Pure, and linear in the text.

`finding` is the way in. `blocks` cuts the text, `quoted` finds words between quotation marks, `references` resolves
numbers that stand for links, `places` and `attribution` tell whose the words are said to be.
"""

from fusion_mcp.pipeline.quoting.finding import Quotation, quotations
from fusion_mcp.pipeline.quoting.mark import MARKS, Verdict

__all__ = ["MARKS", "Quotation", "Verdict", "quotations"]
