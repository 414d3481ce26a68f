"""What the user's code hands to functions of its own that send it: `await ask(READ, story)`, over any number."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from llmdl_langgraph.reading.names import Alias, aliases, closed, names_in
from llmdl_langgraph.reading.place import called
from llmdl_langgraph.reading.source import Source
from llmdl_langgraph.wording.template import every

Taking = Callable[[ast.AST], Iterator[ast.expr]]
Taken = tuple[int, str]  # a callee, by the identity of its code, and the name of something that it takes
Callees = Mapping[str, Sequence["Callee"]]
_OWN = ("self", "cls")


@dataclass(frozen=True)
class Callee:
    """A function, or a class that keeps what it is given.

    Args:
        node: its code.
        takes: the names of what it takes by place, in order; without the object that it is a method of.
        others: the names of what else it takes.
        more: the name of what takes all other arguments, or "".
        is_class: whether its other methods may read what it is given.
    """

    node: ast.AST
    takes: tuple[str, ...]
    others: tuple[str, ...] = ()
    more: str = ""
    is_class: bool = False

    @cached_property
    def names(self) -> set[str]:
        """The names of all that it takes."""
        return {*self.takes, *self.others, self.more} - {""}

    @cached_property
    def links(self) -> list[Alias]:
        """Which of its names get their values from which."""
        return list(aliases(self.node))

    @cached_property
    def calls(self) -> list[ast.Call]:
        """What it calls."""
        return [node for node in every(self.node) if isinstance(node, ast.Call)]

    def given(self, args: Sequence[ast.expr], keywords: Sequence[ast.keyword]) -> Iterator[tuple[Taken, ast.expr]]:
        """What of a call it takes under which name."""
        for n, value in enumerate(args):
            if isinstance(value, ast.Starred):
                break
            if name := self.takes[n] if n < len(self.takes) else self.more:
                yield (id(self.node), name), value
        yield from (((id(self.node), keyword.arg), keyword.value) for keyword in keywords if keyword.arg)


def callees(sources: Sequence[Source]) -> Callees:
    """The functions and classes of these modules, by name."""
    found: dict[str, list[Callee]] = {}
    for name, callee in (pair for source in sources for pair in _defined(source.tree)):
        found.setdefault(name, []).append(callee)
    for name, callee in [pair for source in sources for pair in _partial(source.tree, found)]:
        found.setdefault(name, []).append(callee)
    return found


def handed(
    sources: Sequence[Source], known: Callees, taking: Taking, kept: set[str]
) -> Iterator[tuple[Source, ast.expr]]:
    """The expressions that arrive, by way of the user's own functions, where something is taken; each with its module.

    Args:
        sources: the user's modules.
        known: their functions and classes.
        taking: the expressions in a piece of code of which something is made: of which messages are, for example.
        kept: names of attributes of which the same is made, wherever they are read.
    """
    passing = _passing(known, taking, kept)
    for source in sources:
        for node in every(source.tree):
            if isinstance(node, ast.Call):
                yield from ((source, value) for taken, value in _arriving(node, known) if taken in passing)


def _passing(known: Callees, taking: Taking, kept: set[str]) -> set[Taken]:
    """What callees pass on to where something is taken, directly or by way of others."""
    every = [callee for some in known.values() for callee in some]
    made = [
        {name for part in taking(c.node) for name in names_in(part)} | (kept if c.is_class else set()) for c in every
    ]
    passing: set[Taken] = set()
    before = -1
    while before != len(passing):
        before = len(passing)
        for callee, names in zip(every, made, strict=True):
            for call in callee.calls:
                names.update(n for taken, value in _arriving(call, known) if taken in passing for n in names_in(value))
            passing |= {(id(callee.node), n) for n in closed(names, callee.links) & callee.names}
    return passing


def _arriving(call: ast.Call, known: Callees) -> Iterator[tuple[Taken, ast.expr]]:
    """What of a call arrives in which callee, also by way of `partial`, `to_thread` and the like."""
    for callee in known.get(called(call), ()):
        yield from callee.given(call.args, call.keywords)
    for n, value in enumerate(call.args):
        for callee in known.get(_last_name(value), ()):
            yield from callee.given(call.args[n + 1 :], call.keywords)


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _defined(tree: ast.Module) -> Iterator[tuple[str, Callee]]:
    for node in every(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) if name != "__init__":
                yield name, _function(node)
            case ast.ClassDef(name=name, body=body):
                made = next((s for s in body if isinstance(s, ast.FunctionDef) and s.name == "__init__"), None)
                yield name, _function(made, is_class=True) if made else Callee(node, _fields(body), is_class=True)


def _partial(tree: ast.Module, known: Callees) -> Iterator[tuple[str, Callee]]:
    """Functions under another name, with something given already."""
    for node in every(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(args=[first, *given]) as call) if (
                called(call) == "partial"
            ):
                for callee in known.get(_last_name(first), ()):
                    yield name, replace(callee, takes=callee.takes[len(given) :])


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef, is_class: bool = False) -> Callee:
    names = [argument.arg for argument in [*node.args.posonlyargs, *node.args.args]]
    takes = tuple(names[1:] if names[:1] and names[0] in _OWN else names)
    others = tuple(argument.arg for argument in node.args.kwonlyargs)
    return Callee(node, takes, others, node.args.vararg.arg if node.args.vararg else "", is_class)


def _fields(body: Sequence[ast.stmt]) -> tuple[str, ...]:
    """The fields of a dataclass or the like, in order."""
    return tuple(s.target.id for s in body if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name))
