"""Nothing of ours is replaced by ourselves while it runs: who must see something is handed over and called."""

import ast
from pathlib import Path

from overlap.harness.remote import hooks
from overlap.harness.worker import pool_waits

ROOT = Path(__file__).parents[2]


def ours(tree):
    """Return the names under which a file has modules and classes of ours, and what they are."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("overlap"):
            for alias in node.names:
                name = alias.name
                # A module, or a class: a constant and an instance are not replaced by a change of what they hold.
                path = ROOT / "/".join([*node.module.split(".")[1:], name])
                if path.with_suffix(".py").exists() or (name[:1].isupper() and not name.isupper()):
                    found[alias.asname or name] = f"{node.module}.{name}"
    return found


def replaced(source):
    """Yield every place where a file sets an attribute of a module or a class of ours."""
    tree = ast.parse(source)
    names = ours(tree)

    def of_ours(node):
        return isinstance(node, ast.Name) and node.id in names

    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        for target in targets:
            if isinstance(target, ast.Attribute) and of_ours(target.value):
                yield node.lineno, ast.unparse(target)
        called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args
        if called and node.func.id in {"setattr", "vars"} and of_ours(node.args[0]):
            yield node.lineno, ast.unparse(node)


def test_the_patches_are_really_found():
    """Three kinds that there have been: a module's names, a class's attribute, and one set by its name."""
    source = """
from overlap.harness.worker import slot as slots
from overlap.harness.worker.heartbeat import Heartbeat
vars(slots).update(blocking=1)
Heartbeat.notes = 2
setattr(Heartbeat, "stop", 3)
slots.STRATEGIES = 4
here = Heartbeat
here.notes = 1
"""
    assert sorted(line for line, _ in replaced(source)) == [4, 5, 6, 7]


def test_no_module_or_class_of_ours_is_changed_by_another_file():
    """Whoever renames it would see nothing break, and nothing work."""
    files = [file for side in ("harness", "mock_server", "scenarios") for file in (ROOT / side).rglob("*.py")]
    found = {
        str(file.relative_to(ROOT)): places
        for file in files
        if (places := list(replaced(file.read_text(encoding="utf-8"))))
    }
    assert found == {}
    assert len(files) > 300


def test_what_is_wrapped_by_name_belongs_to_libraries():
    """Our own client reports by itself."""
    modules = [module for module, *_ in (*hooks._HOOKS, *pool_waits.WAITS)]
    assert [module for module in modules if module.startswith("overlap")] == []
    assert len(modules) > 10
