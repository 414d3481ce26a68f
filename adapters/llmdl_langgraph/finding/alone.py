"""Which texts are all that a message says, wherever the source takes them: nothing is put before or behind them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from llmdl_langgraph.finding.handed import Callee, callees
from llmdl_langgraph.reading.indexed import Index, Place, index, read
from llmdl_langgraph.reading.place import ANSWERING, called
from llmdl_langgraph.reading.sites import Site
from llmdl_langgraph.reading.source import Function, Source
from llmdl_langgraph.wording.template import every

_MESSAGES = {"SystemMessage", "HumanMessage", "ChatMessage"}
_ROLES = {"system", "human", "user", "developer"}
_SAME = {"format", "format_map", "strip", "lstrip", "rstrip", "replace"}  # methods of a text
_MAKING = {"dedent", "cleandoc", "str", "from_template", "PromptTemplate"}
_READING = {"read", "read_text", "open", "Path", "joinpath", "get", "load", "safe_load", "loads"}
_TELLING = {"print", "len", "debug", "info", "log"}
_AGENT_KEYWORDS = {"prompt", "system_prompt", "state_modifier"}


class Alone:
    """Follows texts through names, attributes, arguments and results to the messages that they become.

    Args:
        sources: the user's modules.
    """

    def __init__(self, sources: Sequence[Source]) -> None:
        self.sources = sources

    def __call__(self, site: Site) -> bool:
        """Whether a text, once it is filled, is all of each message that it comes to."""
        found = list(self._read(site) if site.kind in ("file", "entry") else self._written(site))
        return bool(found) and all(self._is_alone(source, node, frozenset()) for source, node in found)

    def _written(self, site: Site) -> Iterator[Place]:
        yield from self._index.texts.get((site.file, site.span), ())

    def _read(self, site: Site) -> Iterator[Place]:
        """Where code reads what stands in a file: under its key, or by the file's name."""
        names = {site.scope.rpartition(".")[2]} if site.kind == "entry" else {site.file.name, site.file.stem}
        for source, node in [place for name in names for place in self._index.quoted.get(name, ())]:
            above = self._parents[source][node]
            if isinstance(above, ast.Subscript) and site.kind == "entry":
                yield source, above
            elif not isinstance(above, ast.Subscript | ast.Dict):
                yield source, self._loaded(source, node)

    def _loaded(self, source: Source, node: ast.AST) -> ast.AST:
        """What a name of a file is read to: `(HERE / "a.md").read_text()`."""
        above = self._parents[source].get(node)
        match above:
            case ast.BinOp(op=ast.Div()) | ast.Attribute():
                return self._loaded(source, above)
            case ast.Call() if called(above) in _READING or node in above.args:
                return self._loaded(source, above) if called(above) in _READING else above
        return node

    def _is_alone(self, source: Source, node: ast.AST, known: frozenset[ast.AST]) -> bool:
        if node in known:
            return True
        above, known = self._parents[source].get(node), known | {node}
        if isinstance(above, ast.keyword):
            return self._is_named(source, above, known)
        match above:
            case ast.Attribute(attr=attr) if attr in _SAME:
                return self._is_alone(source, self._parents[source][above], known)
            case ast.Call() if called(above) in _MAKING and node in above.args[:1]:
                return self._is_alone(source, above, known)
            case ast.BinOp(op=ast.BitOr()):  # a template in a chain
                return True
            case ast.Call():
                return self._is_given(source, above, node, known)
            case ast.BinOp(op=ast.Mod(), left=left) if left is node:
                return self._is_alone(source, above, known)
            case ast.IfExp() | ast.BoolOp(op=ast.Or()) | ast.Await():
                return self._is_alone(source, above, known)
            case ast.List() if called_around(self._parents[source], above) == "from_messages":
                return True
            case ast.Tuple(elts=[ast.Constant(value=str(role)), content]):
                return role in _ROLES and content is node
            case ast.Dict(keys=keys, values=values):
                key = next((k for k, value in zip(keys, values, strict=True) if value is node), None)
                return isinstance(key, ast.Constant) and key.value == "content"
            case ast.Assign(targets=[target]) | ast.AnnAssign(target=target):
                return all(self._is_alone(s, read, known) for s, read in self._reads(source, above, target))
            case ast.Return():
                return self._is_returned(source, above, known)
        return False

    def _is_named(self, source: Source, keyword: ast.keyword, known: frozenset[ast.AST]) -> bool:
        call = self._parents[source][keyword]
        if not isinstance(call, ast.Call):
            return False
        match called(call), keyword.arg:
            case name, "content" if name.endswith("Message"):
                return True
            case name, "template" if name in _MAKING:
                return self._is_alone(source, call, known)
            case name, arg if name.startswith("create_") and arg in _AGENT_KEYWORDS:
                return True
        return self._is_given(source, call, keyword.value, known)

    def _is_given(self, source: Source, call: ast.Call, given: ast.AST, known: frozenset[ast.AST]) -> bool:
        """Whether what a call is given is all of a message there, or in the function that is called."""
        name = called(call)
        if name in _TELLING or (given in call.args[:1] and name in _MESSAGES | ANSWERING):
            return True
        taken = [
            (callee.node, name)
            for callee in self._callees.get(name, ())
            for (_, name), value in callee.given(call.args, call.keywords)
            if value is given
        ]
        return bool(taken) and all(self._is_taken(function, name, known) for function, name in taken)

    def _is_taken(self, function: ast.AST, name: str, known: frozenset[ast.AST]) -> bool:
        if (source := self._homes.get(function)) is None:
            return False
        reads = [n for n in every(function) if isinstance(n, ast.Name) and n.id == name]
        return bool(reads) and all(isinstance(n.ctx, ast.Load) and self._is_alone(source, n, known) for n in reads)

    def _is_returned(self, source: Source, node: ast.AST, known: frozenset[ast.AST]) -> bool:
        name = getattr(self._function(source, node), "name", "")
        calls = self._index.calls.get(name, ())
        return bool(name and calls) and all(self._is_alone(s, call, known) for s, call in calls)

    def _reads(self, source: Source, node: ast.AST, target: ast.expr) -> list[Place]:
        """Where what a statement assigns is read; the statement itself where that is not known."""
        function = self._function(source, node)
        match target:
            case ast.Name(id=name) if function:
                found = [(source, n) for n in _local(function) if name in read(n)]
            case ast.Name(id=name) | ast.Attribute(attr=name):
                found = self._index.reads.get(name, [])
            case _:
                found = []
        return found or [(source, source.tree)]

    def _function(self, source: Source, node: ast.AST) -> ast.AST | None:
        above = self._parents[source].get(node)
        return above if above is None or isinstance(above, Function) else self._function(source, above)

    @cached_property
    def _parents(self) -> Mapping[Source, Mapping[ast.AST, ast.AST]]:
        return {s: {below: n for n in every(s.tree) for below in ast.iter_child_nodes(n)} for s in self.sources}

    @cached_property
    def _index(self) -> Index:
        return index(self.sources)

    @cached_property
    def _homes(self) -> Mapping[ast.AST, Source]:
        return {n: source for source in self.sources for n in every(source.tree) if isinstance(n, Function)}

    @cached_property
    def _callees(self) -> Mapping[str, Sequence[Callee]]:
        return callees(self.sources)


def called_around(parents: Mapping[ast.AST, ast.AST], node: ast.AST) -> str:
    """What is called with a list."""
    above = parents.get(node)
    return called(above) if isinstance(above, ast.Call) else ""


def _local(function: ast.AST) -> list[ast.AST]:
    """Where a function may read a name of its own."""
    return [node for node in every(function) if isinstance(node, ast.Name | ast.AugAssign)]
