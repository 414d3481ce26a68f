"""The levels of the house: a room imports its own and lower levels only, never a sibling, in functions too."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
CORE = ROOT / "llmdl_plugins"
LEVELS = [
    set(rooms.split())
    for rooms in (
        "errors lazily slots plain binding parameter rows data splits sync printable secrets checks environment "
        "holding coroutines theirs figures cost tokens plugins notebook loading sayings importing langgraph_json "
        "columns meanwhile",
        "tape door module as_layer chunks nearest keys layered prompting updates effects target made gates named",
        "network layers containers losses standalone drawing module_network",
        "run",
        "training optimizers searches",
        "report",
        "cli testing",
    )
]
GRAPHS = ROOT / "adapters" / "llmdl_langgraph"
ROOMS_OF_GRAPHS = ["errors", "wording", "reading", "matching", "running", "finding", "exporting"]
PACKAGES_ON_ONE_LEVEL = {"layers", "containers", "losses", "training", "optimizers", "searches", "cli", "testing"}
FOREIGN = {
    "llmdl_dspy",
    "llmdl_gepa",
    "llmdl_langgraph",
    "llmdl_local",
    "llmdl_optuna",
    "llmdl_ray",
    "llmdl_recipes",
    "llmdl_sdks",
    "langgraph",
    "dspy",
    "optuna",
    "ray",
    "gepa",
}


def level_of(room: str) -> int:
    return next(n for n, rooms in enumerate(LEVELS) if room in rooms)


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in it; what is only for type checkers doesn't count."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {id(n) for block in ast.walk(tree) if _is_typing_block(block) for n in ast.walk(block)}
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names if node.module == "llmdl_plugins")


def _is_typing_block(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def room_of(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if parts[0] == "llmdl_plugins" and len(parts) > 1 else None


def violations() -> Iterator[str]:
    """Each import that goes up, sideways or out of the house."""
    for path in sorted(CORE.rglob("*.py")):
        room = path.relative_to(CORE).parts[0].removesuffix(".py")
        if room == "__init__":
            continue
        for module in imports(path):
            if module.split(".")[0] in FOREIGN and room != "cli":
                yield f"{path.relative_to(ROOT)} imports {module}"
            target = room_of(module)
            if target is None or target == room:
                continue
            if level_of(target) > level_of(room) or (level_of(target) == level_of(room) and _siblings(room, target)):
                yield f"{path.relative_to(ROOT)} ({room}) imports {module}"


def violations_of_graphs() -> Iterator[str]:
    """Each import that goes up in the adapter of LangGraph; what stands in none of its rooms is above all of them."""
    above = len(ROOMS_OF_GRAPHS)
    levels = {name: level for level, name in enumerate(ROOMS_OF_GRAPHS)}
    for path in sorted(GRAPHS.rglob("*.py")):
        level = levels.get(path.relative_to(GRAPHS).parts[0].removesuffix(".py"), above)
        for module in imports(path):
            names = module.split(".")
            if names[0] == GRAPHS.name and len(names) > 1 and levels.get(names[1], above) > level:
                yield f"{path.relative_to(ROOT)} imports {module}"


def _siblings(room: str, target: str) -> bool:
    return room in PACKAGES_ON_ONE_LEVEL and target in PACKAGES_ON_ONE_LEVEL
