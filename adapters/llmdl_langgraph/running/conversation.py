"""A row on a graph: its turns on one thread, and its answers where the graph stops to ask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.pregel import Pregel
from langgraph.types import Command, StateSnapshot

from llmdl_langgraph.running.isolation import Graph
from llmdl_plugins.data import Example
from llmdl_plugins.errors import UnansweredError
from llmdl_plugins.rows import Turn

MOST = 100  # answers in one turn: an application that asks again for ever is not waited for
PAUSED = "__interrupt__"


def needs_memory(row: Example) -> bool:
    """Whether a row can't be played without a checkpointer: it has turns or answers."""
    return len(row.turns) > 1 or any(turn.resume for turn in row.turns)


def stops(graph: Graph) -> bool:
    """Whether a graph, or one inside it, has breakpoints."""
    inner = [found for _, found in graph.get_subgraphs(recurse=True) if isinstance(found, Pregel)]
    return any(g.interrupt_before_nodes or g.interrupt_after_nodes for g in (graph, *inner))


async def played(graph: Graph, row: Example, config: RunnableConfig, context: Any) -> list[Any]:
    """The output after each turn.

    Raises:
        UnansweredError: the graph asks, and the row has no answer left.
    """
    if graph.checkpointer:
        return [await _Playing(graph, turn, config, context).output() for turn in row.turns]
    said = await graph.ainvoke(dict(row.inputs), config, context=context)  # without a memory there is one turn
    _refuse_paused(said)
    return [said]


class _Playing:
    """One turn under way, on a graph that remembers where it stops."""

    def __init__(self, graph: Graph, turn: Turn, config: RunnableConfig, context: Any) -> None:
        self.graph, self.turn, self.config, self.context = graph, turn, config, context
        self.answers = Answers(turn.resume)

    async def output(self) -> Any:
        """What the graph gives when nothing is left to answer."""
        said = await self._run(dict(self.turn.inputs))
        while (paused := await self.graph.aget_state(self.config)).next or paused.interrupts:
            said = await self._run(await self._reply(paused))
        return said

    async def _run(self, given: Any) -> Any:
        return await self.graph.ainvoke(given, self.config, context=self.context)

    async def _reply(self, paused: StateSnapshot) -> Any:
        if asked := list(_questions(paused)):
            return Command(resume={key: self.answers.to(node, question) for key, node, question in asked})
        return await self._go_on(paused)

    async def _go_on(self, paused: StateSnapshot) -> None:
        """Go on from a static breakpoint: `true` or `null` as it is, an object after it has updated the state."""
        where = ", ".join(paused.next)
        answer = self.answers.to(where, f"to go on before {where}")
        if isinstance(answer, Mapping):
            await self.graph.aupdate_state(self.config, dict(answer))
        elif answer is not None and answer is not True:
            raise UnansweredError(
                f"The graph stops at {where}, and the row answers {answer!r}: true goes on, an object is an update."
            )


def _questions(paused: StateSnapshot) -> Iterator[tuple[str, str, Any]]:
    """What is asked at this moment: id of the interrupt, node, and value; side by side in the order of the tasks."""
    for task in paused.tasks:
        for one in task.interrupts:
            yield one.id, task.name, one.value


def _refuse_paused(said: Any) -> None:
    if isinstance(said, dict) and said.get(PAUSED):
        raise UnansweredError(_missing("", said[PAUSED][0].value))


def _missing(node: str, question: Any) -> str:
    who = f"Node {node!r}" if node else "A node"
    asked = str(question) if len(str(question)) <= 200 else f"{str(question)[:200]}…"
    return f'{who} asked {asked!r}, and the row has no answer left: add one to the row\'s "resume".'


class Answers:
    """The answers of a turn, taken one by one.

    Args:
        given: a list, in the order in which the graph asks; or node or question → the answer, as often as it asks.
    """

    def __init__(self, given: Any) -> None:
        self.known = given if isinstance(given, Mapping) else None
        self.next = iter(() if self.known is not None else given)
        self.left = MOST

    def to(self, node: str, question: Any) -> Any:
        """The answer to a question.

        Raises:
            UnansweredError: there is none, or the graph asks again and again.
        """
        self.left -= 1
        if self.left < 0:
            raise UnansweredError(f"Node {node!r} asked more than {MOST} times in one turn: its answers don't end it.")
        if self.known is None:
            answer = next(self.next, _NONE)
        else:
            answer = self.known.get(node, self.known.get(str(question), _NONE))
        if answer is _NONE:
            raise UnansweredError(_missing(node, question))
        return answer


_NONE = object()
