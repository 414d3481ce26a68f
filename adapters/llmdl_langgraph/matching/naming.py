"""Names of parameters: the node that sends the text, then the variable that holds it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence

from llmdl_langgraph.reading.sites import Site

SHARED = "shared"
UNREACHED = "unreached"
_ANONYMOUS = {"", "content", "messages", "message", "msg"}


def base_name(nodes: Collection[str], site: Site) -> str:
    """`node/variable`; `shared/variable` where several nodes send it, `unreached/variable` where none does."""
    node = next(iter(nodes)) if len(nodes) == 1 else SHARED if nodes else UNREACHED
    name = variable(site)
    return f"{node}/{'prompt' if name == node.rpartition('/')[2] else name}"


def variable(site: Site) -> str:
    """The variable that holds a site, in lower case; `prompt` where none does."""
    name = re.sub(r"\W+", "_", site.name).strip("_").lower()
    return "prompt" if name in _ANONYMOUS else name


def numbered(names: Sequence[str]) -> list[str]:
    """The names in order, with `_2`, `_3`, … behind those that were there before."""
    seen: Counter[str] = Counter()
    found = []
    for name in names:
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return found


def innermost(nodes: Collection[str]) -> set[str]:
    """The nodes without those around them."""
    return {node for node in nodes if not any(other.startswith(node + "/") for other in nodes)}
