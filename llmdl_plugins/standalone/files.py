"""The files of what is needed: a module for each module, with its imports and the definitions that are left."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Mapping

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


def modules(names: Iterable[Name]) -> dict[str, str]:
    """Each module of ours that something is needed of → the name of the module that it is written to."""
    found: dict[str, str] = {}
    for module in sorted({module for module, _ in names}):
        short = module.rpartition(".")[2]
        taken = {BLOCK, *found.values()}
        found[module] = short if short not in taken and short != "__main__" else module.replace(".", "_").strip("_")
    return found


def written(needs: Needed, parameters: frozenset[str]) -> dict[str, str]:
    """File name → source of everything that is needed."""
    places = modules(needs.names)
    made = {
        f"{place}.py": _module(module, {n for m, n in needs.names if m == module}, needs, places, parameters)
        for module, place in places.items()
        if {n for m, n in needs.names if m == module} != {BASE[1]} or module != BASE[0]
    }
    return {f"{FOLDER}/{name}": text for name, text in {"__init__.py": "", f"{BLOCK}.py": BLOCK_CODE, **made}.items()}


def _module(module: str, names: set[str], needs: Needed, places: Mapping[str, str], parameters: frozenset[str]) -> str:
    source = source_of(module)
    assert source is not None
    cutter = Cutter(source, parameters, {m: f".{place}" for m, place in places.items()})
    ordered = sorted(names, key=lambda name: definition((module, name))[1].lineno)
    texts: dict[int, str] = {}  # by place: one statement may define several names
    lines: dict[tuple[str, str], set[str]] = {}
    for name in ordered:
        at = definition((module, name))[1].lineno
        texts[at] = _definition((module, name), needs, cutter)
        _collect(lines, (module, name), needs, places)
    future = "from __future__ import annotations\n" if any(_annotated((module, name)) for name in ordered) else ""
    head = f'"""{first_line(ast.get_docstring(source.tree) or module)}"""'
    parts = [head, *filter(None, [future.strip(), _imports(lines)])]
    body = "\n\n\n".join(text for _, text in sorted(texts.items()) if text)
    return "\n\n".join(parts) + (f"\n\n\n{body}\n" if body else "\n")


def _definition(name: Name, needs: Needed, cutter: Cutter) -> str:
    if name in INSTEAD:
        return INSTEAD[name]
    _, node = definition(name)
    if not isinstance(node, ast.ClassDef):
        return cutter.piece(node)
    if not is_layer(name):
        return cutter.piece(node, strip=False)
    bases = ", ".join(_base(name, base) for base in node.bases) or "Block"
    parts = [cutter.piece(part) for part in kept(name, needs.attributes) if isinstance(part, ast.stmt)]
    doc = f'    """{first_line(ast.get_docstring(node) or name[1])}"""'
    return "\n\n".join([f"class {node.name}({bases}):\n{doc}", *parts])


def _base(name: Name, base: ast.expr) -> str:
    spelled = ast.unparse(base)
    top = spelled.partition("[")[0]
    return "Block" if "." not in top and home(name[0], top) == BASE else top


def _collect(lines: dict[tuple[str, str], set[str]], name: Name, needs: Needed, places: Mapping[str, str]) -> None:
    """Add the imports that a definition needs."""
    if name in INSTEAD:
        return
    source, node = definition(name)
    whole = isinstance(node, ast.ClassDef) and not is_layer(name)
    for use in uses(source, kept(name, needs.attributes), whole):
        if not isinstance(use, Imported):
            continue
        if use.name is None:
            ours = use.module in places
            lines.setdefault(("from ." if ours else "import", use.module), set()).add(
                places[use.module] if ours else use.bound
            )
            continue
        there, what = home(use.module, use.name) if is_ours(use.module) else (use.module, use.name)
        bound = what if what == use.bound else f"{what} as {use.bound}"
        if (there, what) == BASE:
            lines.setdefault(("from", f".{BLOCK}"), set()).add("Block")
        else:
            lines.setdefault(("from", f".{places[there]}" if there in places else there), set()).add(bound)


def _imports(lines: Mapping[tuple[str, str], set[str]]) -> str:
    """Imports as text."""
    found: set[str] = set()
    for (how, module), names in lines.items():
        if how == "import":
            top = module.partition(".")[0]
            found |= {f"import {module}" + (f" as {n}" if n not in (top, module) else "") for n in names}
        else:
            found.add(f"from {'.' if how == 'from .' else module} import {', '.join(sorted(names))}")
    return in_order(found)


def in_order(imports: Iterable[str]) -> str:
    """Lines of imports: of Python, of others, of each other."""
    groups: list[list[str]] = [[], [], []]
    for line in sorted(imports, key=lambda one: (one.startswith("from"), one)):
        top = line.split()[1].partition(".")[0]
        own = not top or top == FOLDER
        groups[2 if own else 0 if top in sys.stdlib_module_names else 1].append(line)
    return "\n\n".join("\n".join(group) for group in groups if group)


def _annotated(name: Name) -> bool:
    """Whether a definition keeps annotations that nothing is to evaluate."""
    _, node = definition(name)
    return name not in INSTEAD and isinstance(node, ast.ClassDef) and not is_layer(name)


def distributions(texts: Iterable[str]) -> set[str]:
    """The top-level packages that these sources import, beside Python's own."""
    found = {one.module.partition(".")[0] for text in texts for one in imports(f"{FOLDER}.{BLOCK}", ast.parse(text))}
    return {top for top in found if top and top not in sys.stdlib_module_names and top != FOLDER}
