"""Code tasks, up to the point where something is run: the code in an answer, and the program that tests it. Pure.

What runs the program is `sandbox`.
"""

import ast
import re
import textwrap
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from fusion_mcp.evaluation.python_text import bound_in, missing_in, tree_of
from fusion_mcp.evaluation.tasks import CodeTask

NO_CODE = "no code found in the answer"

_FENCED = re.compile(
    r"^(?P<indent>[ \t]*)(?P<marks>`{3,}|~{3,})[^\n`]*\n(?P<code>.*?)^[ \t]*(?P=marks)[`~]*[ \t]*$",
    re.MULTILINE | re.DOTALL,
)
_OPEN = re.compile(r"^[ \t]*(?:`{3,}|~{3,})[^\n`]*\n(?P<code>.*)\Z", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Program:
    """What is run, in this order and in one namespace: what the task gives, the answer's code, the tests."""

    preamble: str
    code: str
    tests: str


def program(task: CodeTask, answer: str) -> Program | None:
    """Build the program that judges an answer, None where the answer holds no code."""
    code = extracted(task, answer)
    if code is None:
        return None
    return Program(preamble=_own_preamble(task), code=code, tests=task.tests)


def extracted(task: CodeTask, answer: str) -> str | None:
    """Find the code: the last block that defines the function, else the largest that parses, else all of it.

    Other blocks come before it where they bind names that it uses and does not bind: helpers, imports.
    A bare body is put behind the preamble, where that ends in the function's head, as HumanEval's completions want it.
    """
    blocks = [textwrap.dedent(found["code"]) for found in _FENCED.finditer(answer)]
    if not blocks and (unfinished := _OPEN.search(answer)):  # cut off before its end
        blocks = [textwrap.dedent(unfinished["code"])]
    wanted = task.entry_point.replace("()", "")  # of Solution().solve, too
    for block in (*reversed(blocks), answer):
        if wanted in bound_in(block):
            return _with_helpers(block, [each for each in blocks if each is not block], bound_in(_own_preamble(task)))
    for body in (*sorted(blocks, key=len, reverse=True), *([] if blocks else [answer])):
        joined = _completed(task, body)
        if joined is not None:
            return joined
    return next((each for each in sorted(blocks, key=len, reverse=True) if tree_of(each) is not None), None)


def _with_helpers(block: str, others: Sequence[str], known: Collection[str]) -> str:
    """Put those of the other blocks in front that bind what is missing, and what is missing in these."""
    chosen: set[int] = set()
    missing = missing_in(block) - set(known)
    while helpers := [at for at in range(len(others)) if at not in chosen and bound_in(others[at]) & missing]:
        chosen.add(helpers[-1])  # the last is the one that counts
        parts = [*(others[at] for at in sorted(chosen)), block]
        bound = {name for part in parts for name in bound_in(part)}
        missing = {name for part in parts for name in missing_in(part)} - bound - set(known)
    return "\n".join([*(others[at] for at in sorted(chosen)), block])


def _completed(task: CodeTask, body: str) -> str | None:
    """Join a function's body to its head. All of its lines may have lost their indentation, or the first alone."""
    if f"def {task.entry_point}" not in task.preamble or not body.strip():
        return None
    head = task.preamble.rstrip("\n") + "\n"
    for shaped in (textwrap.indent(textwrap.dedent(body).strip("\n"), "    "), "    " + body.lstrip()):
        joined = f"{head}{shaped}\n"
        if _has_body(joined, task.entry_point):
            return joined
    return None


def _has_body(code: str, name: str) -> bool:
    """Whether the last function of this name does more than say what it is for, and no body lies outside of one."""
    tree = tree_of(code)
    statements = tree.body if tree else []
    found = [each for each in statements if isinstance(each, ast.FunctionDef) and each.name == name]
    strays = any(isinstance(each, ast.Return) for each in statements)
    return bool(found) and not strays and any(not _is_string(each) for each in found[-1].body)


def _is_string(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _own_preamble(task: CodeTask) -> str:
    """Give the preamble as code of its own: a function's head without a body is left to the answer."""
    if not task.preamble.strip() or tree_of(task.preamble) is not None:
        return task.preamble
    lines = task.preamble.splitlines()
    for end in range(len(lines), 0, -1):  # imports and whole functions before the head
        above = "\n".join(lines[:end])
        if tree_of(above) is not None:
            return above
    return ""
