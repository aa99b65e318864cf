"""Code tasks, up to the point where something is run: the code in an answer, and the program that tests it. Pure.

What runs the program is `sandbox`.
"""

import ast
import re
import textwrap
import warnings
from dataclasses import dataclass

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

    A bare body is put behind the preamble, where that ends in the function's head, as HumanEval's completions want it.
    """
    blocks = [textwrap.dedent(found["code"]) for found in _FENCED.finditer(answer)]
    if not blocks and (unfinished := _OPEN.search(answer)):  # cut off before its end
        blocks = [textwrap.dedent(unfinished["code"])]
    for block in (*reversed(blocks), answer):
        if task.entry_point in _names(block):
            return block
    for body in (*sorted(blocks, key=len, reverse=True), *([] if blocks else [answer])):
        joined = _completed(task, body)
        if joined is not None:
            return joined
    return next((each for each in sorted(blocks, key=len, reverse=True) if _parsed(each) is not None), None)


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
    tree = _parsed(code)
    statements = tree.body if tree else []
    found = [each for each in statements if isinstance(each, ast.FunctionDef) and each.name == name]
    strays = any(isinstance(each, ast.Return) for each in statements)
    return bool(found) and not strays and any(not _is_string(each) for each in found[-1].body)


def _is_string(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _own_preamble(task: CodeTask) -> str:
    """Give the preamble as code of its own: a function's head without a body is left to the answer."""
    if not task.preamble.strip() or _parsed(task.preamble) is not None:
        return task.preamble
    lines = task.preamble.splitlines()
    for end in range(len(lines), 0, -1):  # imports and whole functions before the head
        above = "\n".join(lines[:end])
        if _parsed(above) is not None:
            return above
    return ""


def _names(code: str) -> set[str]:
    """Name what a text defines at its top, if it is code."""
    tree = _parsed(code)
    names: set[str] = set()
    for node in tree.body if tree else []:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names.update(target.id for target in node.targets if isinstance(target, ast.Name))
    return names


def _parsed(code: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes that mean nothing
            return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
