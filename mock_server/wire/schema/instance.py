"""
A valid instance of a JSON Schema: what a model that keeps to `response_format` would have said.

Candidates are made keyword by keyword and checked against the schema as it was written, so a candidate that is
wrong is never sent: the next one is tried, and where there is none the schema is refused.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, islice
from typing import Any

import orjson

from overlap.mock_server.wire.schema import scalars
from overlap.mock_server.wire.schema.merge import Schema, as_dict, both, flat, types
from overlap.mock_server.wire.schema.pattern_tree import Unmakeable
from overlap.mock_server.wire.schema.valid import Checker, same

# Enough for some thousand values; a schema that takes more costs other requests their time.
_STEPS = 10_000
_DEEPEST = 30
_TRIES = 100
_FEW = 4
# A branch that leads back to itself is taken this often: once more would tell nothing new.
_ROUNDS = 2
_ITEMS = 2
# Longer schemas are not remembered: what is kept must stay small.
_KEPT = 16_384
_MOST_ITEMS = 2_000
_PREFERRED = ("object", "array", "string", "number", "integer", "boolean", "null")


class _Spent(Unmakeable):
    """The schema took more steps than a request may."""


class _Maker:
    def __init__(self, root: Schema) -> None:
        self._root = root
        self._left = _STEPS
        self._checker = Checker(root, self.spend)

    def spend(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise _Spent("the schema is too large")

    def first(self, schema: Any, path: tuple[int, ...], without: tuple[Any, ...] | list[Any] = ()) -> Any:
        """Return the first valid candidate that is none of *without*."""
        for candidate in islice(self._candidates(schema, path), _TRIES + 2 * len(without)):
            if self._checker.valid(schema, candidate) and not any(same(candidate, other) for other in without):
                return candidate
        raise Unmakeable("no valid instance was found")

    def _candidates(self, schema: Any, path: tuple[int, ...]) -> Iterator[Any]:
        """Yield candidates; *path* are the schemas this one lies within, by identity."""
        self.spend()
        if len(path) > _DEEPEST:
            return
        lean = path.count(id(schema)) > 1
        path = (*path, id(schema))
        form = flat(self._root, schema)
        choices = form.pop("choices", [])
        yield from self._chosen(form, choices, path, lean=lean)

    def _chosen(self, form: Schema, choices: list[Any], path: tuple[int, ...], *, lean: bool) -> Iterator[Any]:
        """Yield candidates for each way to take one branch of every choice."""
        if not choices:
            yield from self._plain(form, path, lean=lean)
            return
        branches = list(choices[0])
        if lean:
            branches.sort(key=lambda branch: "$ref" in as_dict(branch))
        # A branch met twice on the way down leads back to itself: the others come first.
        branches.sort(key=lambda branch: path.count(id(branch)))
        # A few of each branch before many of one, so that a hopeless branch does not use up the tries.
        for most in (_FEW, None) if len(branches) > 1 else (None,):
            for branch in branches:
                self.spend()
                if path.count(id(branch)) > _ROUNDS:
                    continue
                merged = both(form, flat(self._root, branch))
                inner = merged.pop("choices", [])
                left = [*inner, *choices[1:]]
                yield from islice(self._chosen(merged, left, (*path, id(branch)), lean=lean), most)

    def _plain(self, form: Schema, path: tuple[int, ...], *, lean: bool) -> Iterator[Any]:
        if "const" in form:
            yield form["const"]
            return
        if "enum" in form:
            yield from form["enum"]
            return
        yield from form.get("examples", ())
        if form.get("default") is not None:
            yield form["default"]
        allowed = sorted(types(form), key=_PREFERRED.index)
        if "type" not in form:
            allowed = scalars.hinted(form) or ["string", *allowed]
        # A few of each type before many of one, so that what one type cannot give another still may.
        for most in (_FEW, None) if len(allowed) > 1 else (None,):
            for name in allowed:
                yield from islice(self._typed(name, form, path, lean=lean), most)

    def _typed(self, name: str, form: Schema, path: tuple[int, ...], *, lean: bool) -> Iterator[Any]:
        if name == "object":
            return self._objects(form, path, lean=lean)
        if name == "array":
            return self._arrays(form, path, lean=lean)
        return scalars.candidates(name, form)

    def _arrays(self, form: Schema, path: tuple[int, ...], *, lean: bool) -> Iterator[Any]:
        least = max(form.get("minItems", 0), 1 if "contains" in form else 0)
        usual = max(least, len(form.get("prefixItems", [])), 0 if lean else _ITEMS)
        usual = min(usual, form.get("maxItems", usual))
        if least > _MOST_ITEMS:
            raise _Spent("the schema wants too many items")
        for count in dict.fromkeys((usual, 1, least)):
            if least <= count <= usual:
                try:
                    yield self._array(form, count, path)
                except _Spent:
                    raise
                except Unmakeable:
                    continue

    def _array(self, form: Schema, count: int, path: tuple[int, ...]) -> list[Any]:
        value: list[Any] = []
        first = form.get("prefixItems", [])
        usual = form.get("items", True if "contains" in form else {"type": "string"})
        for i in range(count):
            part = first[i] if i < len(first) else usual
            if "contains" in form and i < form.get("minContains", 1):
                part = {"allOf": [part, form["contains"]]}
            value.append(self.first(part, path, value if form.get("uniqueItems") else ()))
        return value

    def _objects(self, form: Schema, path: tuple[int, ...], *, lean: bool) -> Iterator[Any]:
        needed = list(form.get("required", ()))
        optional = [name for name in form.get("properties", {}) if name not in needed]
        for names in (needed,) if lean or not optional else ([*needed, *optional], needed):
            value = self._object(form, names, set(needed), path)
            if value is not None:
                yield value

    def _object(
        self, form: Schema, names: list[str], needed: set[str], path: tuple[int, ...]
    ) -> dict[str, Any] | None:
        most = form.get("maxProperties", len(names) + form.get("minProperties", 0))
        value: dict[str, Any] = {}
        declared = [name for name in form.get("properties", {}) if name in names]
        kept = [name for name in chain(declared, names) if name in needed]
        spare = [name for name in declared if name not in needed][: max(most - len(set(kept)), 0)]
        extra = [f"key_{i + 1}" for i in range(min(form.get("minProperties", 0), 1_000))]
        for name in dict.fromkeys((*[n for n in declared if n in kept or n in spare], *kept, *extra)):
            if name in extra and len(value) >= form.get("minProperties", 0):
                break
            try:
                value[name] = self.first({"allOf": self._checker.parts(form, name)}, path)
            except _Spent:
                raise
            except Unmakeable:
                if name in needed:
                    return None
        return value


def make(schema: Any) -> Any:
    """Return a valid instance of *schema*; raises `Unmakeable` where this server knows none."""
    # A schema comes from anyone: a `minLength` of "a", a `required` of 7. Whatever trips over such a thing here
    # is the schema's fault, so each of these errors says the same.
    try:
        return _Maker(as_dict(schema)).first(schema, ())
    except RecursionError as error:
        raise Unmakeable(str(error)) from None
    except Unmakeable:
        raise
    except (TypeError, ValueError, AttributeError, KeyError, OverflowError, ArithmeticError) as error:
        raise Unmakeable(f"the schema is malformed ({error})"[:200]) from None


def text(schema: bytes) -> str:
    """
    Return a valid instance of *schema*, both as JSON.

    >>> text(b'{"type": "object", "properties": {"n": {"type": "integer", "minimum": 5}}, "required": ["n"]}')
    '{"n":5}'
    """
    return _kept(schema) if len(schema) <= _KEPT else _told(schema)


@lru_cache(maxsize=64)
def _kept(schema: bytes) -> str:
    return _told(schema)


def _told(schema: bytes) -> str:
    try:
        return orjson.dumps(make(orjson.loads(schema))).decode()
    except orjson.JSONEncodeError as error:
        raise Unmakeable(f"no JSON can say the instance ({error})") from None
