"""What stands in a piece of Python, found without running it: names that are bound, used or called. Pure."""

import ast
import builtins
import warnings
from collections.abc import Collection, Iterator

_BROKEN = (SyntaxError, ValueError, RecursionError, MemoryError)


def is_python(text: str) -> bool:
    """Whether the text is Python of this version."""
    return tree_of(text) is not None


def definitions_in(text: str) -> frozenset[str]:
    """Name the functions and classes that the text defines at its top; none where it is no Python."""
    tree = tree_of(text)
    found = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return frozenset(node.name for node in tree.body if isinstance(node, found)) if tree else frozenset()


def called_in(text: str, *, known: Collection[str] = ()) -> list[str]:
    """Name the functions that the text calls, outer ones first, without Python's own and those that are `known`."""
    tree = tree_of(text)
    calls = (node for statement in (tree.body if tree else ()) for node in ast.walk(statement))
    names = (node.func.id for node in calls if isinstance(node, ast.Call) and isinstance(node.func, ast.Name))
    return [name for name in dict.fromkeys(names) if not hasattr(builtins, name) and name not in known]


def bound_in(text: str) -> frozenset[str]:
    """Name what the text binds at its top: definitions, imports, assignments, and methods, as `Class.method`."""
    tree = tree_of(text)
    return frozenset(name for statement in (tree.body if tree else ()) for name in _bound_by(statement))


def missing_in(text: str) -> frozenset[str]:
    """Name what the text uses and binds nowhere, without Python's own names."""
    tree = tree_of(text)
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)] if tree else []
    used = {name.id for name in names if isinstance(name.ctx, ast.Load)}
    stored = {name.id for name in names if not isinstance(name.ctx, ast.Load)}
    inner = {name for node in (ast.walk(tree) if tree else ()) for name in _bound_within(node)}
    return frozenset(name for name in used - stored - inner if not hasattr(builtins, name))


def _bound_by(statement: ast.stmt) -> Iterator[str]:
    yield from _bound_within(statement)
    if isinstance(statement, ast.ClassDef):
        yield from (f"{statement.name}.{name}" for each in statement.body for name in _bound_within(each))
    elif isinstance(statement, ast.Assign | ast.AnnAssign):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        yield from (node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name))


def _bound_within(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from (each.asname or each.name.partition(".")[0] for each in node.names)
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.ExceptHandler) and node.name:
        yield node.name


def tree_of(text: str) -> ast.Module | None:
    """Parse the text; None where it is no Python of this version."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a text of others warns of is not this program's to say
            return ast.parse(text)
    except _BROKEN:
        return None
