"""Texts of the source that an environment variable takes the place of: what is sent is not what is written there."""

from __future__ import annotations

import ast
import inspect
import os
from collections.abc import Iterator, Sequence
from types import ModuleType

from llmdl_langgraph.reading.place import called
from llmdl_langgraph.reading.sites import Site
from llmdl_langgraph.reading.source import Source, contains
from llmdl_langgraph.wording.template import every

_READING = {"getenv", "environ"}


def variable_instead_of(site: Site, sources: Sequence[Source]) -> str | None:
    """The variable that is set here and sent instead of a site's text; None where the text itself is sent."""
    names = [*_asked_with_default(site, sources), *_fields(site, sources)]
    return next((name for name in names if os.environ.get(name, site.text) != site.text), None)


def _asked_with_default(site: Site, sources: Sequence[Source]) -> Iterator[str]:
    """`os.getenv("NAME", text)` and `os.getenv("NAME") or text`, the text as a literal or by its name."""
    for source in [source for source in sources if any(name in source.text for name in _READING)]:
        for node in every(source.tree):
            match node:
                case ast.Call(args=[ast.Constant(value=str(name)), default]) if _reads(node) and _is(
                    default, site, source
                ):
                    yield name
                case ast.BoolOp(
                    op=ast.Or(), values=[ast.Call(args=[ast.Constant(value=str(name)), *_]) as call, default]
                ):
                    if _reads(call) and _is(default, site, source):
                        yield name


def _reads(call: ast.Call) -> bool:
    match call.func:
        case ast.Attribute(value=value, attr="get"):
            return "environ" in ast.unparse(value)
    return called(call) == "getenv"


def _is(default: ast.expr, site: Site, source: Source) -> bool:
    match default:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name == site.name and not site.scope
        case ast.Constant() | ast.JoinedStr() | ast.BinOp():
            return source.file == site.file and contains(ast.Expr(default, **_ends(default)), site.span)
    return False


def _ends(node: ast.expr) -> dict[str, int]:
    return {n: getattr(node, n) or 0 for n in ("lineno", "col_offset", "end_lineno", "end_col_offset")}


def _fields(site: Site, sources: Sequence[Source]) -> Iterator[str]:
    """The fields of settings classes that have the text as their default, as such classes name their variables."""
    for source in sources:
        for kind in _settings(source.module):
            prefix = str(dict(getattr(kind, "model_config", {})).get("env_prefix", ""))
            for field, default in _defaults(kind):
                if default == site.text:
                    yield from (prefix + field, (prefix + field).upper())


def _settings(module: ModuleType) -> Iterator[type]:
    """The classes that read the environment when one is made."""
    for kind in list(vars(module).values()):
        if isinstance(kind, type) and kind.__module__ == module.__name__ and _reads_environment(kind):
            yield kind


def _reads_environment(kind: type) -> bool:
    if any(base.__name__ == "BaseSettings" for base in kind.__mro__):
        return True
    methods = [m for name in ("__init__", "__post_init__", "model_post_init") if (m := vars(kind).get(name))]
    return any(_READING & set(code.co_names) for m in methods if (code := getattr(inspect.unwrap(m), "__code__", None)))


def _defaults(kind: type) -> Iterator[tuple[str, object]]:
    for holder in ("__dataclass_fields__", "model_fields"):
        for name, field in dict(getattr(kind, holder, {})).items():
            yield name, field.default
    yield from vars(kind).items()
