"""What stands in a piece of Python, found without running it: names that are defined or called. Pure."""

import ast
import builtins
import warnings
from collections.abc import Collection

_BROKEN = (SyntaxError, ValueError, RecursionError, MemoryError)


def is_python(text: str) -> bool:
    """Whether the text is Python of this version."""
    return _tree(text) is not None


def definitions_in(text: str) -> frozenset[str]:
    """Name the functions and classes that the text defines at its top; none where it is no Python."""
    tree = _tree(text)
    found = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return frozenset(node.name for node in tree.body if isinstance(node, found)) if tree else frozenset()


def called_in(text: str, *, known: Collection[str] = ()) -> list[str]:
    """Name the functions that the text calls, outer ones first, without Python's own and those that are `known`."""
    tree = _tree(text)
    calls = (node for statement in (tree.body if tree else ()) for node in ast.walk(statement))
    names = (node.func.id for node in calls if isinstance(node, ast.Call) and isinstance(node.func, ast.Name))
    return [name for name in dict.fromkeys(names) if not hasattr(builtins, name) and name not in known]


def _tree(text: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a text of others warns of is not this program's to say
            return ast.parse(text)
    except _BROKEN:
        return None
