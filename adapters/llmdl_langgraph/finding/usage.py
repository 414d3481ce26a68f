"""How the user's source uses its names: sent to a model, filled as templates, or only logged and raised."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

from llmdl_langgraph.finding.filling import filled
from llmdl_langgraph.finding.handed import Callees, callees, handed
from llmdl_langgraph.finding.read_docstrings import ANY, read_docstrings
from llmdl_langgraph.finding.whole import returned, whole
from llmdl_langgraph.reading.names import Alias, aliases, closed, names_in
from llmdl_langgraph.reading.place import ANSWERING, called
from llmdl_langgraph.reading.sites import Site, replacements, span_of
from llmdl_langgraph.reading.source import Source
from llmdl_langgraph.wording.syntax import Syntax, replaced
from llmdl_langgraph.wording.template import Span, every

SENDING = {
    "SystemMessage",
    "HumanMessage",
    "ChatMessage",
    "SystemMessagePromptTemplate",
    "HumanMessagePromptTemplate",
    "ChatMessagePromptTemplate",
    "PromptTemplate",
    "ChatPromptTemplate",
    "FewShotPromptTemplate",
    "FewShotChatMessagePromptTemplate",
    "from_messages",
    "from_template",
    "create_react_agent",
    "create_agent",
    "create_supervisor",
}
TELLING = {"debug", "info", "warning", "warn", "error", "exception", "critical", "log", "print", "echo", "write"}
ROLES = {"system", "human", "user", "developer"}
Part = tuple[Source, ast.expr]
Fill = tuple[Source, ast.expr, Syntax]
_AGENT_PROMPTS = {"prompt", "system_prompt", "state_modifier", "messages_modifier"}


@dataclass(frozen=True)
class Usage:
    """Names of the user's source by what happens to them.

    Args:
        sent: become part of a message, directly or through other names.
        written: expressions that stand in a message themselves, by module and span.
        messages: those of them that are all that the message says.
        told: are logged, printed or raised.
        templates: are filled in a syntax.
        spans: expressions that are filled in a syntax, by module and span.
        keys: texts that such expressions quote: keys of tables, and names of files.
        tokens: what `.replace` is called with on a name.
        docstrings: the functions and classes whose docstrings are read as texts.
    """

    sent: frozenset[str]
    written: frozenset[tuple[str, Span]]
    messages: frozenset[tuple[str, Span]]
    told: frozenset[str]
    templates: Mapping[str, Syntax]
    spans: Mapping[tuple[str, Span], Syntax]
    keys: Mapping[str, Syntax]
    tokens: Mapping[str, frozenset[str]]
    docstrings: frozenset[str]

    def syntax(self, site: Site) -> Syntax | None:
        """The syntax in which a site is seen to be filled."""
        tokens = {*site.replaced, *(token for token in self.tokens.get(site.name, ()) if token in site.text)}
        if tokens:
            return replaced(sorted(tokens))
        if site.kind in ("file", "entry"):
            names = [site.scope.rpartition(".")[2]] if site.kind == "entry" else [site.file.name, site.file.stem]
            return next((self.keys[name] for name in names if name in self.keys), None)
        return self.spans.get((site.module, site.span)) or self.templates.get(site.name)

    def is_written(self, site: Site) -> bool:
        """Whether a site stands in a message itself."""
        return (site.module, site.span) in self.written

    def is_message(self, site: Site) -> bool:
        """Whether a site is all that a message says, or may be as a text of a file."""
        return site.kind in ("file", "entry") or (site.module, site.span) in self.messages

    def is_sent(self, site: Site) -> bool:
        """Whether a site is held by a name that is sent."""
        return bool(holders(site) & self.sent)

    def is_read(self, site: Site, for_sure: bool = True) -> bool:
        """Whether a site is the docstring of something whose docstring is read, or may be it."""
        named = site.scope.rpartition(".")[2] in self.docstrings
        return site.kind == "docstring" and (named or (not for_sure and ANY in self.docstrings))

    def tells(self, site: Site) -> bool:
        """Whether a site is held by a name that is only logged or raised."""
        return bool(holders(site) & self.told)


@lru_cache(maxsize=32)
def usage(sources: tuple[Source, ...]) -> Usage:
    """How names are used in these files; names are compared, not objects, so equal names count as one."""
    trees = [source.tree for source in sources]
    links = [alias for tree in trees for alias in aliases(tree)]
    known = callees(sources)
    direct = [(source, part) for source in sources for part in _sent(source.tree)]
    parts, sent = direct, closed(_names(direct), links)
    while True:  # what is handed to an object may be sent by its methods
        parts = [*direct, *handed(sources, known, _sent, sent)]
        before, sent = sent, closed(sent | _names(parts), links)
        if sent == before:
            break
    written = {(source.name, span) for source, part in parts for span in _spans(part)}
    told = {name for tree in trees for name in _told(tree)}
    fills = list(_fills(sources, known, links))
    templates = _templates(fills, links)
    return Usage(
        frozenset(sent),
        frozenset(written),
        frozenset(_messages(sources)),
        frozenset(told - sent),
        templates,
        {(source.name, span_of(node)): syntax for source, node, syntax in fills},
        _keys(trees, fills, templates),
        _tokens(trees, links),
        read_docstrings(trees),
    )


def _messages(sources: Sequence[Source]) -> Iterator[tuple[str, Span]]:
    """What is all that a message says: where it stands, by way of a name, or as what a function gives back."""
    found = [(source, node) for source in sources for node in whole(source.tree, _sent)]
    known = set[str]()
    while new := {called(node) for _, node in found if isinstance(node, ast.Call)} - known:
        known |= new
        found += [(source, node) for source in sources for node in returned(source.tree, new)]
    return ((source.name, span_of(node)) for source, node in found)


def _names(parts: Sequence[Part]) -> set[str]:
    return {name for _, part in parts for name in names_in(part)}


def _fills(sources: Sequence[Source], known: Callees, links: Sequence[Alias]) -> Iterator[Fill]:
    """The expressions that are filled, also those that a function of the user's fills."""
    direct = [(source, node, syntax) for source in sources for node, syntax in filled(source.tree)]
    for syntax in dict.fromkeys(syntax for _, _, syntax in direct):
        kept = closed({name for _, node, how in direct if how is syntax for name in _tail(node)}, links)
        taking = partial(_filled_in, syntax)
        yield from ((source, node, syntax) for source, node in handed(sources, known, taking, kept))
    yield from direct


def _filled_in(syntax: Syntax, tree: ast.AST) -> Iterator[ast.expr]:
    return (node for node, how in filled(tree) if how is syntax)


def _templates(fills: Sequence[Fill], links: Sequence[Alias]) -> dict[str, Syntax]:
    names: dict[Syntax, set[str]] = {}
    for _, node, syntax in fills:
        names.setdefault(syntax, set()).update(_tail(node))
    return {name: syntax for syntax, some in names.items() for name in closed(some, links)}


def _keys(trees: Sequence[ast.Module], fills: Sequence[Fill], templates: Mapping[str, Syntax]) -> dict[str, Syntax]:
    """What is quoted where a text is read that is filled, there or by a name that it was given before."""
    read = [(node, syntax) for _, node, syntax in fills]
    for node in (node for tree in trees for node in every(tree)):
        match node:
            case ast.Assign(targets=[target], value=value) | ast.AnnAssign(target=target, value=ast.expr() as value):
                read += [(value, templates[name]) for name in _tail(target) if name in templates]
    quoted = ((inner, syntax) for node, syntax in read for inner in every(node) if isinstance(inner, ast.Constant))
    return {inner.value: syntax for inner, syntax in quoted if isinstance(inner.value, str)}


def _tokens(trees: Sequence[ast.Module], links: Sequence[Alias]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for receiver, token in (pair for tree in trees for pair in replacements(tree)):
        if isinstance(receiver, str):
            found.setdefault(token, set()).add(receiver)
    named = [(name, token) for token, names in found.items() for name in closed(names, links)]
    return {name: frozenset(t for n, t in named if n == name) for name, _ in named}


def holders(site: Site) -> set[str]:
    """The name that holds a text; what has none and is returned is held by the function's name."""
    return {site.name or site.scope.rpartition(".")[2]} - {""}


def is_told(context: str) -> bool:
    """Whether what is called so logs, prints or raises."""
    return context in TELLING or context.endswith(("Error", "Exception", "Warning", "Exit", "Interrupt"))


def _sent(tree: ast.AST) -> Iterator[ast.expr]:
    """The expressions that become part of a message."""
    for node in every(tree):
        match node:
            case ast.Call(args=args, keywords=keywords) if called(node) in SENDING:
                agent = called(node).startswith("create_")
                yield from (k.value for k in keywords if not agent or k.arg in _AGENT_PROMPTS)
                yield from () if agent else args
            case ast.Tuple(elts=[ast.Constant(value=str(role)), text]) if role in ROLES:
                yield text
            case ast.Dict():
                yield from _content(node)
            case ast.Call(func=ast.Attribute(), args=[first, *_]) if called(node) in ANSWERING:
                yield from () if isinstance(first, ast.Dict) else (first,)


def _spans(node: ast.expr) -> Iterator[Span]:
    return (span_of(inner) for inner in ast.walk(node) if isinstance(inner, ast.expr))


def _content(node: ast.Dict) -> Iterator[ast.expr]:
    """The content of a message that is written as a dictionary, unless a tool or the model says it."""
    found = {
        key.value: value for key, value in zip(node.keys, node.values, strict=True) if isinstance(key, ast.Constant)
    }
    role = found.get("role")
    if role is not None and "content" in found and (not isinstance(role, ast.Constant) or role.value in ROLES):
        yield found["content"]


def _told(tree: ast.AST) -> Iterator[str]:
    for node in every(tree):
        match node:
            case ast.Call(args=args) if is_told(called(node)):
                yield from (n for a in args for n in names_in(a))
            case ast.Raise(exc=ast.expr() as raised):
                yield from names_in(raised)


def _tail(value: ast.expr) -> Iterator[str]:
    match value:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Subscript(slice=ast.Constant(value=str(name))):
            yield name
