"""What of the sources is needed: from the classes of layers, by every name that their code reaches."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from llmdl_plugins.module import Module
from llmdl_plugins.standalone.source import Imported, Source, home, imports, is_ours, source_of

Name = tuple[str, str]  # a module, and a name in it
BASE: Name = (Module.__module__, "Module")
# What only training has, in words that do without it.
INSTEAD: dict[Name, str] = {
    BASE: "",
    ("llmdl_plugins.errors", "MisuseError"): (
        'class MisuseError(ValueError):\n    """What was given can\'t be worked on."""'
    ),
    ("llmdl_plugins.tape", "used"): 'def used(tool, arguments, answer):\n    """Nobody notes it."""',
    ("llmdl_plugins.tape", "current_tape"): 'def current_tape():\n    """Nothing is recorded."""\n    return None',
}
_ONLY_BEFORE = {"__init__", "calls", "named_parameters"}


@dataclass(frozen=True)
class Needed:
    """What is written out; all else is left out.

    Args:
        names: those whose code is written.
        attributes: every one that this code reads.
        handed: names that are read of a module which only hands them on.
    """

    names: frozenset[Name]
    attributes: frozenset[str]
    handed: frozenset[Name] = frozenset()


def needed(roots: Iterable[Name]) -> Needed:
    """What these need, and what that needs, and so on."""
    found = Needed(frozenset(home(*root) for root in roots), frozenset({"forward"}))
    while (more := _more(found)) != found:
        found = more
    return found


def kept(name: Name, attributes: Iterable[str]) -> list[ast.AST]:
    """The parts of a definition that are written out: of a layer only what is reached by name."""
    if name in INSTEAD:
        return []
    _, node = definition(name)
    if not is_layer(name) or not isinstance(node, ast.ClassDef):
        return [node]
    return [*node.bases, *(part for part in node.body if _named(part) in set(attributes) - _ONLY_BEFORE)]


def definition(name: Name) -> tuple[Source, ast.stmt]:
    """The source that defines a name, and where."""
    source = source_of(name[0])
    node = source.bound[name[1]] if source else None
    assert source is not None and isinstance(node, ast.stmt)
    return source, node


def is_layer(name: Name) -> bool:
    """Whether it is the class of a layer."""
    value = getattr(sys.modules.get(name[0]), name[1], None)
    return isinstance(value, type) and issubclass(value, Module)


def uses(source: Source, parts: Iterable[ast.AST], annotations: bool) -> Iterator[Imported | Name]:
    """What the names in a piece of code stand for: names of its own module, or what is imported."""
    for part in parts:
        for node in code(part, annotations):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                bound = source.bound.get(node.value.id)
                if isinstance(bound, Imported) and bound.name is None and is_ours(bound.module):
                    yield bound.module, node.attr
            if isinstance(node, ast.Name) and (bound := source.bound.get(node.id)):
                yield bound if isinstance(bound, Imported) else (source.module, node.id)


def code(node: ast.AST, annotations: bool = False) -> Iterator[ast.AST]:
    """A piece of code without its annotations."""
    yield node
    for field, value in ast.iter_fields(node):
        if not annotations and (field in ("annotation", "returns") or field == "type_comment"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from code(child, annotations)


def _more(found: Needed) -> Needed:
    names, attributes, handed = set(found.names), set(found.attributes), set(found.handed)
    for name in found.names:
        if name in INSTEAD:
            continue
        source, node = definition(name)
        parts = kept(name, found.attributes)
        whole = isinstance(node, ast.ClassDef) and not is_layer(name)
        attributes |= {one.attr for part in parts for one in code(part) if isinstance(one, ast.Attribute)}
        inside = [one for part in parts for one in imported_inside(source, part)]
        for use in [*uses(source, parts, whole), *inside]:
            if isinstance(use, tuple):
                names.add(there := home(*use))
                handed |= {use} - {there}
            elif use.name is not None and is_ours(use.module):
                names.add(home(use.module, use.name))
    return Needed(frozenset(names), frozenset(attributes), frozenset(handed))


def imported_inside(source: Source, part: ast.AST) -> list[Imported]:
    """What the imports within a function bind."""
    return list(imports(source.module, part)) if not isinstance(part, ast.Import | ast.ImportFrom) else []


def _named(part: ast.stmt) -> str | None:
    match part:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return name
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr()):
            return name
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name
    return None
