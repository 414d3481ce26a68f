"""What a notebook needs to define one name: imports, definitions and settings, but not the runs that try it out."""

from __future__ import annotations

import ast
import builtins
import warnings
from collections.abc import Iterator, Sequence
from symtable import SymbolTable, symtable

_RUNS = {
    "invoke", "ainvoke", "stream", "astream", "batch", "abatch", "astream_events", "stream_events", "generate",
    "agenerate", "predict", "run", "arun",
}  # fmt: skip
_DEFINES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
_SHOWS = ("IPython", "pprint", "rich")


def needed_for(source: str, name: str) -> str:
    """The source with `pass` for every statement of its own level that the name does not need; lines stay in place.

    >>> print(needed_for("graph = make()\\nprint(graph.invoke(1))\\n", "graph"))
    graph = make()
    pass
    <BLANKLINE>
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        body = ast.parse(source).body
    kept = _needed(body, name)
    for statement in reversed(body):
        if statement not in kept:
            source = _without(source, statement)
    return source


def _needed(body: Sequence[ast.stmt], name: str) -> set[ast.stmt]:
    """A backward walk: a statement is needed if it sets up what a needed statement behind it reads."""
    defined = {s for s in body if isinstance(s, _DEFINES)}
    # Functions are called when the graph runs: what they read has to be there in the end.
    wanted = {name, *(read for statement in defined for read in _reads(statement))}
    live = set(wanted)
    kept: set[ast.stmt] = set(defined)
    for statement in reversed(body):
        if statement in defined or not (_sets(statement) & live or _settles(statement, body)):
            continue
        kept.add(statement)
        live = (live - _replaces(statement)) | set(_reads(statement))
    return kept


def _replaces(statement: ast.stmt) -> set[str]:
    """The names that a statement gives a new value whatever they had before."""
    if isinstance(statement, ast.Assign):
        return {target.id for target in statement.targets if isinstance(target, ast.Name)}
    return set()


def _settles(statement: ast.stmt, body: Sequence[ast.stmt]) -> bool:
    """Whether it is a setting such as `load_dotenv()` or `os.environ["A"] = "b"`: what it changes was imported."""
    match statement:
        case ast.Expr(value=ast.Call() as call):
            return not _tries(call) and _root(call) in _imported(body)
        case ast.Assign(targets=[ast.Subscript() | ast.Attribute() as target]):
            return _root(target) in _imported(body)
    return False


def _imported(body: Sequence[ast.stmt]) -> set[str]:
    found = set()
    for node in body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(_SHOWS):
            continue
        if isinstance(node, ast.Import | ast.ImportFrom):
            found |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    return found


def _sets(statement: ast.stmt) -> set[str]:
    """The names that a statement defines, or whose objects it changes."""
    if isinstance(statement, ast.Expr):
        return set() if _tries(statement) else {*_asked(statement.value), *_handed_over(statement.value)} - {""}
    found = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    named = {
        n.name for n in ast.walk(statement) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }
    places = [n for n in ast.walk(statement) if isinstance(n, ast.Subscript | ast.Attribute)]
    held = {_root(n) for n in places if isinstance(n.ctx, ast.Store)}
    if isinstance(statement, ast.For | ast.AsyncFor | ast.While | ast.If | ast.With | ast.AsyncWith | ast.Try):
        inner = [s for s in ast.walk(statement) if isinstance(s, ast.Expr)]
        held |= {name for s in inner for name in _sets(s)}
    return {name for name in found | named | held if name and not hasattr(builtins, name)}


def _asked(node: ast.expr) -> Iterator[str]:
    """The name whose object a call of a method may change."""
    if isinstance(node, ast.Call) and not isinstance(node.func, ast.Name):
        yield _root(node)


def _handed_over(node: ast.expr) -> Iterator[str]:
    """The names that a call of a function is given, and may change."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not hasattr(builtins, node.func.id):
        yield from (argument.id for argument in node.args if isinstance(argument, ast.Name))


def _reads(statement: ast.stmt) -> Iterator[str]:
    """The names of the module's own level that a statement, or a function in it, reads."""
    try:
        yield from _global(symtable(ast.unparse(statement), "cell", "exec"))
    except SyntaxError:
        yield from (n.id for n in ast.walk(statement) if isinstance(n, ast.Name))


def _global(table: SymbolTable) -> Iterator[str]:
    top = table.get_type() == "module"
    yield from (s.get_name() for s in table.get_symbols() if (s.is_referenced() if top else s.is_global()))
    for inner in table.get_children():
        yield from _global(inner)


def _tries(node: ast.AST) -> bool:
    """Whether something is run in it."""
    calls = [n for n in ast.walk(node) if isinstance(n, ast.Call)]
    return any(isinstance(call.func, ast.Attribute) and call.func.attr in _RUNS for call in calls)


def _root(node: ast.expr) -> str:
    """The name that a chain of attributes, items and calls begins with."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value) | ast.Subscript(value=value) | ast.Call(func=value) | ast.Await(value=value):
            return _root(value)
    return ""


def _without(source: str, statement: ast.stmt) -> str:
    lines = source.split("\n")
    decorators = getattr(statement, "decorator_list", [])
    first = min([statement.lineno, *(d.lineno for d in decorators)]) - 1
    last = (statement.end_lineno or statement.lineno) - 1
    head = lines[first].encode()[: statement.col_offset].decode()
    tail = lines[last].encode()[statement.end_col_offset :].decode()
    gone = last - first
    return "\n".join([*lines[:first], f"{head}pass" + (tail if not gone else ""), *([tail] if gone else []),
                      *[""] * (gone - 1), *lines[last + 1 :]])  # fmt: skip
