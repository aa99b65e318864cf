"""Prints the size and shape of the package as a Markdown table, as it stands in docs/architecture.md.

python3 scripts/house.py [FOLDER OF ANOTHER PACKAGE ...]

Each other package gets a column beside ours, counted alike. Needs the standard library only, and changes nothing.
"""

import ast
import io
import sys
import tokenize
import tomllib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from statistics import median
from types import UnionType

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "fusion_mcp"
TESTS = ROOT / "tests"
PATCHES = {"setattr", "delattr", "setitem", "delitem"}  # of pytest's monkeypatch; variables that are set are no patches

Function = ast.FunctionDef | ast.AsyncFunctionDef
Figures = dict[str, str]


def main() -> None:
    """Count the package, and every other that is named, and print one table."""
    columns = {PACKAGE.name: {**package(PACKAGE), **tests(), **dependencies()}}
    columns |= {Path(folder).resolve().name: package(Path(folder)) for folder in sys.argv[1:]}
    print(table(columns))


def package(folder: Path) -> Figures:
    """Count a package's Python files; a function's lines go from its `def` to its end, docstring included."""
    sources = _sources(folder)
    modules = [ast.parse(source) for source in sources]
    files = [_length(source) for source in sources]
    functions = list(_functions(modules))
    if not functions:
        sys.exit(f"There are no functions in {folder}: name the folder of a Python package.")
    lengths = sorted((node.end_lineno or node.lineno) - node.lineno + 1 for node in functions)
    p90, p95 = (lengths[int(len(lengths) * share)] for share in (0.90, 0.95))
    public = [node for module in modules for node in _public(module.body)]
    return {
        "files": f"{len(files):,}",
        "lines": f"{sum(files):,}",
        "file, lines: median / largest": f"{median(files):g} / {max(files):,}",
        "functions": f"{len(lengths):,}",
        "function, lines: median / p90 / p95 / longest": f"{median(lengths):g} / {p90} / {p95} / {lengths[-1]}",
        "functions over 25 / over 50 lines": " / ".join(_share(n > most for n in lengths) for most in (25, 50)),
        "lines with a comment": _percent(sum(map(_comments, sources)), sum(files)),
        "modules with a docstring": _documented(modules, ast.Module),
        "public classes with a docstring": _documented(public, ast.ClassDef),
        "public functions with a docstring": _documented(public, Function),
        "parameters and results with a type": _share(is_typed for node in functions for is_typed in _typed(node)),
    }


def tests() -> Figures:
    """Count the tests of this project as they are written: one with twenty sets of parameters is one."""
    sources = _sources(TESTS)
    modules = [ast.parse(source) for source in sources]
    return {
        "test functions": f"{sum(node.name.startswith('test_') for node in _functions(modules)):,}",
        "test lines to a line of package": f"{sum(map(_length, sources)) / sum(map(_length, _sources(PACKAGE))):.2f}",
        "mocks / patches in tests": f"{_count(modules, _is_mock)} / {_count(modules, _is_patch)}",
    }


def dependencies() -> Figures:
    """Count the packages that an installation without extras asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {"dependencies": str(len(project["dependencies"]))}


def table(columns: dict[str, Figures]) -> str:
    """Write one column for each package; the first has all the figures that there are."""
    figures = next(iter(columns.values()))
    rows = [["figure", *columns], ["---", *("--:" for _ in columns)]]
    rows += [[name, *(column.get(name, "-") for column in columns.values())] for name in figures]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _sources(folder: Path) -> list[str]:
    return [file.read_text(encoding="utf-8") for file in sorted(folder.rglob("*.py"))]


def _length(source: str) -> int:
    return len(source.splitlines())


def _functions(modules: list[ast.Module]) -> Iterator[Function]:
    return (node for module in modules for node in ast.walk(module) if isinstance(node, Function))


def _public(body: list[ast.stmt]) -> Iterator[ast.ClassDef | Function]:
    """Yield what is called from outside; a method that implements another's contract is documented there."""
    for node in body:
        if isinstance(node, ast.ClassDef | Function) and not node.name.startswith("_"):
            if not any(ast.unparse(mark).endswith(("override", "overload")) for mark in node.decorator_list):
                yield node
            if isinstance(node, ast.ClassDef):
                yield from _public(node.body)


def _documented(nodes: Iterable[ast.Module | ast.ClassDef | Function], kind: type | UnionType) -> str:
    return _share(ast.get_docstring(node) is not None for node in nodes if isinstance(node, kind))


def _typed(function: Function) -> Iterator[bool]:
    """Tell of each parameter and of the result whether it has a type; `self` needs none."""
    given = function.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs, *filter(None, (given.vararg, given.kwarg))]
    yield from (parameter.annotation is not None for parameter in named if parameter.arg not in {"self", "cls"})
    yield function.returns is not None


def _comments(source: str) -> int:
    return sum(token.type == tokenize.COMMENT for token in tokenize.generate_tokens(io.StringIO(source).readline))


def _count(modules: list[ast.Module], is_meant: Callable[[ast.AST], bool]) -> int:
    return sum(is_meant(node) for module in modules for node in ast.walk(module))


def _is_mock(node: ast.AST) -> bool:
    """Whether a mocking library comes in here, by an import or as the fixture `mocker`."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        names = [getattr(node, "module", None) or "", *(name.name for name in node.names)]
        return any(name.split(".")[-1] == "mock" for name in names)
    return isinstance(node, ast.arg) and node.arg == "mocker"


def _is_patch(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in PATCHES and "monkeypatch" in ast.unparse(node.value)


def _share(truths: Iterable[bool]) -> str:
    known = list(truths)
    return _percent(sum(known), len(known))


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


if __name__ == "__main__":
    main()
