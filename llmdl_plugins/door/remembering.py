"""A use of a tool in a run that remembers: what was recorded is given again, or the tool runs and its outcome is kept.

A tool inside which a model was called is no record: it runs again, and what is called inside it is remembered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import Any, NamedTuple, TypeVar

from llmdl_plugins.door import calls, uses
from llmdl_plugins.door.scope import Scope, Tools, Use, current_scope
from llmdl_plugins.plain import digest

T = TypeVar("T")


class Entered(NamedTuple):
    """A use that came in: who remembers, what it is, and where the uses inside it stand."""

    tools: Tools
    use: Use
    inside: str


Failed = Callable[[Entered, uses.UnderWay, Exception], Future[None] | None]


def entering(tool: Any, use_of: Callable[[Scope, str], Use]) -> Entered | None:
    """A use of a tool; None where nobody remembers, or where it is the tool's own way to itself.

    Args:
        use_of: what it is, from what holds here and the place where it stands.
    """
    here, around = current_scope(), uses.current()
    if here is None or here.tools is None or (around is not None and around.tool is tool):
        return None
    path = around.path if around else calls.place(here)
    use = use_of(here, path)
    return Entered(here.tools, use, f"{path}/{use.name}:{digest(use.arguments)[:8]}#{use.turn}")


def remembered(
    entered: Entered, tool: Any, run: Callable[[Any], T], stand_in: Callable[[Any, Use], Any], failed: Failed
) -> T:
    """What the tool gives.

    Args:
        run: uses the tool, or what stands in for it.
        stand_in: gives what was recorded, as the tool gave it.
        failed: keeps an error of the tool, if that can be.
    """
    tools, use, inside = entered
    if (outcome := tools.recall(use)) is not None:
        tool = stand_in(outcome, use)
        with uses.under_way(tool, use.name, inside):
            return run(tool)
    with uses.under_way(tool, use.name, inside) as under_way:
        try:
            result = run(tool)
        except Exception as error:
            if (kept := failed(entered, under_way, error)) is not None:
                kept.result()
            raise
    if (kept := _gave(entered, under_way, result)) is not None:
        kept.result()
    return result


async def aremembered(
    entered: Entered,
    tool: Any,
    run: Callable[[Any], Awaitable[T]],
    stand_in: Callable[[Any, Use], Any],
    failed: Failed,
) -> T:
    """`remembered`, asynchronously."""
    tools, use, inside = entered
    if (outcome := tools.recall(use)) is not None:
        tool = stand_in(outcome, use)
        with uses.under_way(tool, use.name, inside):
            return await run(tool)
    with uses.under_way(tool, use.name, inside) as under_way:
        try:
            result = await run(tool)
        except Exception as error:
            if (kept := failed(entered, under_way, error)) is not None:
                await asyncio.wrap_future(kept)
            raise
    if (kept := _gave(entered, under_way, result)) is not None:
        await asyncio.wrap_future(kept)
    return result


def _gave(entered: Entered, under_way: uses.UnderWay, result: Any) -> Future[None] | None:
    tools, use, _ = entered
    return tools.asked(use) if under_way.asked else tools.gave(use, result)
