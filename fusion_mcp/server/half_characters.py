"""Half a character in a line of JSON: clients that cut a text may cut an emoji into its two escapes. Pure.

The SDK's parser refuses such a line, and a line that cannot be read is a request that nobody answers.
"""

import re

_ESCAPES = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # both halves
    r"|(u[dD][89a-fA-F][0-9a-fA-F]{2})"  # one
    r"|.)"  # any other escape, a backslash's own among them
)


def with_whole_characters(line: str) -> str:
    """Put the replacement character in place of every half one."""
    if r"\ud" not in line.lower():
        return line
    return _ESCAPES.sub(lambda escape: r"\ufffd" if escape[1] else escape[0], line)
