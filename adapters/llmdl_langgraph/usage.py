"""How the user's source uses its names: sent to a model, filled as templates, or only logged and raised."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from llmdl_langgraph.filling import filled
from llmdl_langgraph.place import ANSWERING, called
from llmdl_langgraph.sites import Site, Span, replacements, span_of
from llmdl_langgraph.source import Source
from llmdl_langgraph.syntax import Syntax, replaced

SENDING = {
    "SystemMessage",
    "HumanMessage",
    "ChatMessage",
    "SystemMessagePromptTemplate",
    "HumanMessagePromptTemplate",
    "ChatMessagePromptTemplate",
    "PromptTemplate",
    "ChatPromptTemplate",
    "from_messages",
    "from_template",
    "create_react_agent",
    "create_agent",
    "create_supervisor",
}
TELLING = {"debug", "info", "warning", "warn", "error", "exception", "critical", "log", "print", "echo", "write"}
ROLES = {"system", "human", "user", "developer"}
_AGENT_PROMPTS = {"prompt", "system_prompt", "state_modifier", "messages_modifier"}


@dataclass(frozen=True)
class Usage:
    """Names of the user's source by what happens to them.

    Args:
        sent: become part of a message, directly or through other names.
        written: expressions that stand in a message themselves, by module and span.
        told: are logged, printed or raised.
        templates: are filled in a syntax.
        spans: expressions that are filled in a syntax, by module and span.
        tokens: what `.replace` is called with on a name.
    """

    sent: frozenset[str]
    written: frozenset[tuple[str, Span]]
    told: frozenset[str]
    templates: Mapping[str, Syntax]
    spans: Mapping[tuple[str, Span], Syntax]
    tokens: Mapping[str, frozenset[str]]

    def syntax(self, site: Site) -> Syntax | None:
        """The syntax in which a site is seen to be filled."""
        tokens = {*site.replaced, *(token for token in self.tokens.get(site.name, ()) if token in site.text)}
        if tokens:
            return replaced(sorted(tokens))
        return self.spans.get((site.module, site.span)) or self.templates.get(site.name)

    def writes(self, site: Site) -> bool:
        """Whether a site stands in a message itself, or is held by a name that is sent."""
        return (site.module, site.span) in self.written or bool(holders(site) & self.sent)

    def tells(self, site: Site) -> bool:
        """Whether a site is held by a name that is only logged or raised."""
        return bool(holders(site) & self.told)


def usage(sources: Sequence[Source]) -> Usage:
    """How names are used in these files; names are compared, not objects, so equal names count as one."""
    trees = [source.tree for source in sources]
    aliases = [alias for tree in trees for alias in _aliases(tree)]
    sent = _closed({name for tree in trees for part in _sent(tree) for name in names_in(part)}, aliases)
    written = {(s.name, span) for s in sources for part in _sent(s.tree) for span in _spans(part)}
    told = {name for tree in trees for name in _told(tree)}
    spans = {(s.name, span_of(node)): how for s in sources for node, how in filled(s.tree)}
    return Usage(
        frozenset(sent),
        frozenset(written),
        frozenset(told - sent),
        _templates(trees, aliases),
        spans,
        _tokens(trees, aliases),
    )


def _templates(trees: Sequence[ast.AST], aliases: Sequence[tuple[str, str]]) -> dict[str, Syntax]:
    found: dict[str, Syntax] = {}
    for tree in trees:
        for node, syntax in filled(tree):
            found |= dict.fromkeys(_closed(set(_tail(node)), aliases), syntax)
    return found


def _tokens(trees: Sequence[ast.Module], aliases: Sequence[tuple[str, str]]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for tree in trees:
        for receiver, token in replacements(tree):
            for name in _closed({receiver}, aliases) if isinstance(receiver, str) else ():
                found[name] = found.get(name, frozenset()) | {token}
    return found


def holders(site: Site) -> set[str]:
    """The name that holds a text; what has none and is returned is held by the function's name."""
    return {site.name or site.scope.rpartition(".")[2]} - {""}


def is_told(context: str) -> bool:
    """Whether what is called so logs, prints or raises."""
    return context in TELLING or context.endswith(("Error", "Exception", "Warning", "Exit", "Interrupt"))


def names_in(node: ast.AST) -> Iterator[str]:
    """The last names of what an expression reads."""
    for inner in ast.walk(node):
        match inner:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                yield name
            case ast.Subscript(slice=ast.Constant(value=str(name))):
                yield name


def _closed(names: set[str], aliases: Sequence[tuple[str, str]]) -> set[str]:
    """The names, and those that they get their values from."""
    known = -1
    while known != len(names):
        known = len(names)
        names = names | {origin for name, origin in aliases if name in names}
    return names


def _aliases(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Name → what it is given: by assignment, default, keyword or dictionary entry."""
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=targets, value=value):
                yield from ((n, o) for t in targets for n in names_in(t) for o in _origins(value))
            case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.AugAssign(target=target, value=value):
                yield from ((n, o) for n in names_in(target) for o in _origins(value))
            case ast.keyword(arg=str(name), value=ast.Name() | ast.Attribute() as value):
                yield from ((name, o) for o in _origins(value))
            case ast.ImportFrom(names=names):
                yield from ((alias.asname, alias.name) for alias in names if alias.asname)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield from ((name, o) for r in _returns(node) for o in _origins(r))


def _returns(function: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and node.value is not None:
            yield node.value


def _origins(value: ast.expr) -> Iterator[str]:
    """The names whose values can be part of a value: not those that a model's answer depends on."""
    for node in _without_answers(value):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                yield name


def _without_answers(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Call) and called(node) in ANSWERING:
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _without_answers(child)


def _sent(tree: ast.AST) -> Iterator[ast.expr]:
    """The expressions that become part of a message."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(args=args, keywords=keywords) if called(node) in SENDING:
                agent = called(node).startswith("create_")
                yield from (k.value for k in keywords if not agent or k.arg in _AGENT_PROMPTS)
                yield from () if agent else args
            case ast.Tuple(elts=[ast.Constant(value=str(role)), text]) if role in ROLES:
                yield text
            case ast.Dict(keys=keys, values=values) if _is_message(node):
                for key, value in zip(keys, values, strict=True):
                    if isinstance(key, ast.Constant) and key.value == "content":
                        yield value
            case ast.Call(func=ast.Attribute(), args=[first, *_]) if called(node) in ANSWERING:
                yield from () if isinstance(first, ast.Dict) else (first,)


def _spans(node: ast.expr) -> Iterator[Span]:
    return (span_of(inner) for inner in ast.walk(node) if isinstance(inner, ast.expr))


def _is_message(node: ast.Dict) -> bool:
    keys = {key.value for key in node.keys if isinstance(key, ast.Constant)}
    return {"role", "content"} <= keys


def _told(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(args=args) if is_told(called(node)):
                yield from (n for a in args for n in names_in(a))
            case ast.Raise(exc=ast.expr() as raised):
                yield from names_in(raised)


def _tail(value: ast.expr) -> Iterator[str]:
    match value:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Subscript(slice=ast.Constant(value=str(name))):
            yield name
