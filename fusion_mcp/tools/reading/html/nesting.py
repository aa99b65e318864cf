"""How deep a page goes, guessed from its tags alone: parsing takes time that grows with the square of that. Pure.

The guess is not safe against someone who wants to be slow. That is what the process's time is limited for.
"""

import re

from fusion_mcp.tools.faults import ToolFault

_DEEPEST = 10_000
_TAG = re.compile(
    # Not counted: what holds nothing, and what is often left open since the next one of its kind ends it.
    r"<(/?)(?!(?:a|area|base|body|br|caption|col|colgroup|dd|dt|embed|head|hr|html|img|input|li|link|meta|optgroup|"
    r"option|p|param|rp|rt|source|tbody|td|tfoot|th|thead|tr|track|wbr)[\s/>])[a-z]",
    re.IGNORECASE,
)
_TOO_DEEP = "The parts of this page are nested too deep to be read. Use another source, or answer from what you have."


def check_nesting(markup: str) -> None:
    """Raise ToolFault("too_large") where more elements stand within each other than in any page for readers."""
    if markup.count("<") <= _DEEPEST:
        return
    tags: list[str] = _TAG.findall(markup)
    if tags.count("") <= _DEEPEST:
        return
    depth = 0
    for slash in tags:
        depth = max(depth - 1, 0) if slash else depth + 1
        if depth > _DEEPEST:
            raise ToolFault("too_large", _TOO_DEEP)
