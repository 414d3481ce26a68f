"""Packages that reach the world past Python: what they do raises no event, so loading them is what counts."""

from __future__ import annotations

from typing import Any

from llmdl_plugins.effects.effect import Allowed, Effect, matches

UNSEEN = {
    "MySQLdb",
    "_dbm",
    "_gdbm",
    "chromadb_rust_bindings",
    "confluent_kafka",
    "curl_cffi",
    "cx_Oracle",
    "duckdb",
    "_duckdb",
    "grpc",
    "ibm_db",
    "lancedb",
    "primp",
    "psycopg2",
    "psycopg_binary",
    "psycopg_c",
    "pycurl",
    "pymssql",
    "pyodbc",
    "uvloop",
}


def loaded(args: tuple[Any, ...], allowed: Allowed) -> Effect | None:
    """`import`: a name, and a path where it is a library that is being loaded."""
    name, path = args[:2]
    package = str(name).partition(".")[0]
    if path is None or package not in UNSEEN or matches(package, allowed.natives):
        return None
    return Effect(f"load {package}, whose connections and writes can't be seen", f"--allow-native {package}")
