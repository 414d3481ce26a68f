"""The files of what is needed: a module for each module, with its imports and the definitions that are left."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping, Set
from importlib.metadata import Distribution, distributions

from llmdl_plugins.standalone.cut import Cutter, first_line
from llmdl_plugins.standalone.needed import BASE, INSTEAD, Name, Needed, definition, is_layer, kept, uses
from llmdl_plugins.standalone.source import Imported, home, imports, is_ours, source_of

FOLDER, BLOCK = "blocks", "block"
BLOCK_CODE = '''"""Blocks: each reads the state and gives an update; a node is one of them."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

from langchain_core.runnables import RunnableLambda


class Block:
    """A part of the graph."""

    def __init__(self, **held):
        vars(self).update(held)

    async def ainvoke(self, state):
        """The update that it makes to the state."""
        return await self.forward(state)

    def get_name(self):
        """What errors call it."""
        return type(self).__name__


def as_node(block, keeps=False):
    """A block as a node; one that keeps gives the whole state back."""

    async def awaited(state):
        update = await block.ainvoke(state)
        return {**state, **update} if keeps else update

    def run(state):
        with ThreadPoolExecutor(1) as alone:
            return alone.submit(copy_context().run, asyncio.run, awaited(state)).result()

    return RunnableLambda(run, afunc=awaited, name=block.get_name())
'''


def modules(needs: Needed, *beside: str) -> dict[str, str]:
    """Each module of ours that something is needed of → the name of the module that it is written to.

    Args:
        beside: names of modules that are written to the same folder.
    """
    found: dict[str, str] = {}
    for module in sorted({module for module, _ in needs.names | needs.handed}):
        short = module.rpartition(".")[2]
        taken = {BLOCK, *beside, *found.values()}
        found[module] = short if short not in taken and short != "__main__" else module.replace(".", "_").strip("_")
    return found


def written(
    needs: Needed, places: Mapping[str, str], parameters: frozenset[str], folder: str = FOLDER
) -> dict[str, str]:
    """File name → source of everything that is needed."""
    by_module = {module: {name for one, name in needs.names if one == module} for module in places}
    made = {
        f"{places[module]}.py": _module(module, names, needs, places, parameters)
        for module, names in by_module.items()
        if (module, *names) != BASE
    }
    return {f"{folder}/{name}": text for name, text in {"__init__.py": "", f"{BLOCK}.py": BLOCK_CODE, **made}.items()}


def _module(module: str, names: set[str], needs: Needed, places: Mapping[str, str], parameters: frozenset[str]) -> str:
    source = source_of(module)
    assert source is not None
    cutter = Cutter(source, parameters, {m: f".{place}" for m, place in places.items()})
    ours = [(module, name) for name in names]
    texts = {
        definition(name)[1].lineno: _definition(name, needs, cutter) for name in ours
    }  # one line may define several
    head = f'"""{first_line(ast.get_docstring(source.tree) or module)}"""'
    future = "from __future__ import annotations" if any(map(_is_whole, ours)) else ""
    handed = (_handed(*name, places) for name in needs.handed if name[0] == module)
    imported = in_order(joined([*handed, *(line for name in ours for line in _imports(name, needs, places))]))
    body = "\n\n\n".join(text for _, text in sorted(texts.items()) if text)
    return "\n\n".join(filter(None, [head, future, imported, body and f"\n{body}"])) + "\n"


def _definition(name: Name, needs: Needed, cutter: Cutter) -> str:
    if name in INSTEAD:
        return INSTEAD[name]
    _, node = definition(name)
    if not isinstance(node, ast.ClassDef):
        return cutter.piece(node)
    if _is_whole(name):
        return cutter.piece(node, strip=False)
    bases = ", ".join(_base(name, base) for base in node.bases) or "Block"
    parts = [cutter.piece(part) for part in kept(name, needs.attributes) if isinstance(part, ast.stmt)]
    doc = f'    """{first_line(ast.get_docstring(node) or name[1])}"""'
    return "\n\n".join([f"class {node.name}({bases}):\n{doc}", *parts])


def _base(name: Name, base: ast.expr) -> str:
    spelled = ast.unparse(base)
    top = spelled.partition("[")[0]
    return "Block" if "." not in top and home(name[0], top) == BASE else top


def _imports(name: Name, needs: Needed, places: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What a definition imports: from where, and which name; no name for a module as it is."""
    source, _ = definition(name)
    for use in uses(source, kept(name, needs.attributes), _is_whole(name)):
        if not isinstance(use, Imported):
            continue
        if use.name is None:
            yield (
                ("from .", places[use.module]) if use.module in places else (f"import {_as(use.module, use.bound)}", "")
            )
            continue
        there, what = home(use.module, use.name) if is_ours(use.module) else (use.module, use.name)
        if (there, what) == BASE:
            yield f"from .{BLOCK}", "Block"
        else:
            yield f"from {f'.{places[there]}' if there in places else there}", _as(what, use.bound)


def _handed(module: str, name: str, places: Mapping[str, str]) -> tuple[str, str]:
    there, what = home(module, name)
    return f"from .{places[there]}", _as(what, name)


def _as(name: str, bound: str) -> str:
    return name if bound in (name, name.partition(".")[0]) else f"{name} as {bound}"


def joined(lines: Iterable[tuple[str, str]]) -> set[str]:
    """One line for each module that something is imported from."""
    found: dict[str, set[str]] = {}
    for start, name in lines:
        found.setdefault(start, set()).add(name)
    return {f"{start} import {', '.join(sorted(names))}" if names != {""} else start for start, names in found.items()}


def in_order(imports: Iterable[str]) -> str:
    """Lines of imports: of Python, of others, of each other."""
    groups: list[list[str]] = [[], [], []]
    for line in sorted(imports, key=lambda one: (one.startswith("from"), one)):
        top = line.split()[1].partition(".")[0]
        own = not top or top == FOLDER
        groups[2 if own else 0 if top in sys.stdlib_module_names else 1].append(line)
    return "\n\n".join("\n".join(group) for group in groups if group)


def _is_whole(name: Name) -> bool:
    """Whether it is a class that is written with its annotations, since they say what its fields are."""
    return name not in INSTEAD and isinstance(definition(name)[1], ast.ClassDef) and not is_layer(name)


def requirements(texts: Iterable[str], *own: str) -> str:
    """The distributions that these sources import, one a line.

    Args:
        texts: the sources.
        own: top-level names that stand beside them.
    """
    found = {one.module.partition(".")[0] for text in texts for one in imports(f"{FOLDER}.{BLOCK}", ast.parse(text))}
    others = found - {"", FOLDER, *own} - sys.stdlib_module_names
    known = _bringing(others)
    return "".join(f"{name}\n" for name in sorted({_distribution(top, known.get(top, set())) for top in others}))


def _bringing(tops: Set[str]) -> dict[str, set[str]]:
    """Top-level name → the distributions that bring it: `packages_distributions`, and much sooner, for these alone."""
    found: dict[str, set[str]] = {}
    for one in distributions():
        for top in tops & _tops(one):
            found.setdefault(top, set()).add(one.metadata["Name"])
    return found


def _tops(one: Distribution) -> set[str]:
    if told := one.read_text("top_level.txt"):
        return set(told.split())
    files = (line.partition(",")[0] for line in (one.read_text("RECORD") or "").splitlines())
    return {file.partition("/")[0].partition(".")[0] for file in files}


def _distribution(top: str, found: set[str]) -> str:
    """Of a name that several share, such as that of a namespace, the one that is called like it."""
    return next(iter(found)) if len(found) == 1 else top.replace("_", "-")
