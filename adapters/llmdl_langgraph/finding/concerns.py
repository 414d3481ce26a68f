"""What of a graph training should know: caches, retries, and nodes whose own code reads or writes the world outside."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Mapping
from types import ModuleType

from llmdl_langgraph.finding.reached import Reached
from llmdl_langgraph.reading.place import called
from llmdl_langgraph.reading.source import Function
from llmdl_langgraph.reading.units import Unit
from llmdl_langgraph.running.isolation import Graph

_OUTSIDE = {
    *("requests", "httpx", "aiohttp", "urllib", "urllib3", "http", "socket", "smtplib", "imaplib", "ftplib"),
    *("subprocess", "shutil", "sqlite3", "psycopg", "psycopg2", "asyncpg", "pymysql", "pymongo", "redis", "sqlalchemy"),
    *("boto3", "botocore", "kafka", "pika", "paramiko", "tavily", "stripe", "slack_sdk", "playwright", "selenium"),
}  # fmt: skip
_PURE = {"urllib.parse", "http.HTTPStatus"}
_OPENS = {"open"}


def concerns(graph: Graph, reached: Mapping[str, Reached]) -> list[str]:
    """In words, one for each thing."""
    return [*_caches(graph), *_retries(graph), *_own_input_and_output(reached)]


def _caches(graph: Graph) -> Iterator[str]:
    cached = sorted(name for name, node in graph.nodes.items() if getattr(node, "cache_policy", None))
    if graph.cache is not None or cached:
        where = f" at {', '.join(cached)}" if cached else ""
        yield f"the graph has a cache{where}: it is off in training, so runs there cost what they cost without it"


def _retries(graph: Graph) -> Iterator[str]:
    retried = sorted(name for name, node in graph.nodes.items() if getattr(node, "retry_policy", None))
    if retried:
        yield f"nodes with a retry policy ({', '.join(retried)}) run again where they fail, and each try is paid for"


def _own_input_and_output(reached: Mapping[str, Reached]) -> Iterator[str]:
    for node, found in reached.items():
        used = {name: where for unit in found.own.units.values() for name, where in outside(unit)}
        if used:
            said = ", ".join(f"{name} at {where}" for name, where in sorted(used.items()))
            yield (
                f"node {node} uses {said}: what code does by itself is not remembered, so a resumed run does it again; "
                "as a LangChain tool it would be"
            )


def outside(unit: Unit) -> Iterator[tuple[str, str]]:
    """What this code uses that reaches the world outside, each with its place; tools are remembered by themselves."""
    if _is_tool(unit.node):
        return
    held = vars(unit.source.module)
    for node in ast.walk(unit.node):
        if name := _used(node, held):
            yield name, f"{unit.source.file.name}:{getattr(node, 'lineno', 0)}"


def _used(node: ast.AST, held: Mapping[str, object]) -> str | None:
    match node:
        case ast.Call(func=ast.Name(id=name)) if name in _OPENS:
            return name if held.get(name, getattr(builtins, name)) is getattr(builtins, name) else None
        case ast.Name(id=name, ctx=ast.Load()):
            return _of_outside(held.get(name))
        case ast.Import(names=names):
            return next((n.name for n in names if _reaches(n.name)), None)
        case ast.ImportFrom(module=str(module), level=0) if _reaches(module):
            return module
    return None


def _of_outside(value: object) -> str | None:
    name = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
    return name if isinstance(name, str) and _reaches(name) else None


def _reaches(module: str) -> bool:
    return module.partition(".")[0] in _OUTSIDE and module not in _PURE


def _is_tool(node: ast.AST) -> bool:
    if not isinstance(node, Function) or isinstance(node, ast.Lambda):
        return False
    return any("tool" in (called(d) if isinstance(d, ast.Call) else ast.unparse(d)) for d in node.decorator_list)
