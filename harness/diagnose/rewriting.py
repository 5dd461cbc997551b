"""
Moves the calls on a line of an `async def` to a thread, in the code that Python compiles, not in the file.

`reply = client.get(url)` on such a line becomes `reply = await asyncio.to_thread(client.get, url)`: the edit that
is advised, tried before it is.
"""

import ast
from collections.abc import Iterable, Mapping
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import Any

_THREAD = "__overlap_to_thread"
Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.GeneratorExp


def movable(path: str, line: int) -> bool:
    """Return whether there is a call on *line* of the file that can be awaited on a thread where it stands."""
    try:
        tree = ast.parse(Path(path).read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError):
        return False
    mover = _Mover({line})
    mover.visit(tree)
    return mover.moved > 0


def moved(source: str, lines: Iterable[int]) -> ast.Module:
    """
    Return *source* with the outermost calls on *lines* of its coroutines awaited on a thread.

    Calls that are awaited already stay, and so do those inside a lambda or a plain function defined there.
    """
    tree = ast.parse(source)
    _Mover(set(lines)).visit(tree)
    first = next((place for place, each in enumerate(tree.body) if not _must_be_first(each)), 0)
    tree.body.insert(first, ast.parse(f"from asyncio import to_thread as {_THREAD}").body[0])
    return ast.fix_missing_locations(tree)


def _must_be_first(statement: ast.stmt) -> bool:
    """Return whether nothing may stand before *statement*: a docstring, or an import from the future."""
    if isinstance(statement, ast.ImportFrom):
        return statement.module == "__future__"
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def move(lines: Iterable[Mapping[str, Any]]) -> None:
    """Have the files that are named in *lines* (path, line) compiled with those calls moved, from now on."""
    wanted: dict[str, set[int]] = {}
    for each in lines:
        wanted.setdefault(each["path"], set()).add(each["line"])
    original = SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, fullname: str) -> CodeType | None:
        path = self.get_filename(fullname)
        if path not in wanted:
            return original(self, fullname)
        source = self.get_source(fullname) or ""
        return compile(moved(source, wanted[path]), path, "exec", dont_inherit=True)

    SourceFileLoader.get_code = get_code  # type: ignore[method-assign,assignment]  # of this loader alone


class _Mover(ast.NodeTransformer):
    """Walks a tree, knowing whether it is inside of a coroutine of its own."""

    def __init__(self, lines: set[int]) -> None:
        self._lines, self._inside, self.moved = lines, False, 0

    def _within(self, node: Any, *, inside: bool) -> Any:
        before, self._inside = self._inside, inside
        node = self.generic_visit(node)
        self._inside = before
        return node

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> Any:
        return self._within(node, inside=True)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        return self._within(node, inside=False)

    def visit_Lambda(self, node: ast.Lambda) -> Any:
        return self._within(node, inside=False)

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> Any:
        return self._within(node, inside=False)

    def visit_Await(self, node: ast.Await) -> Any:
        # What is awaited is a coroutine's own call; its arguments may block.
        if isinstance(node.value, ast.Call):
            node.value = self.generic_visit(node.value)  # type: ignore[assignment]  # a call it stays
            return node
        return self.generic_visit(node)

    def visit_AsyncWith(self, node: ast.AsyncWith) -> Any:
        node.body = [self.visit(each) for each in node.body]
        return node

    def visit_AsyncFor(self, node: ast.AsyncFor) -> Any:
        node.body = [self.visit(each) for each in node.body]
        return node

    def visit_Call(self, node: ast.Call) -> Any:
        end = node.end_lineno or node.lineno
        if not self._inside or not any(node.lineno <= line <= end for line in self._lines):
            return self.generic_visit(node)
        self.moved += 1
        handed = ast.Call(ast.Name(_THREAD, ast.Load()), [node.func, *node.args], node.keywords)
        return ast.copy_location(ast.Await(handed), node)
