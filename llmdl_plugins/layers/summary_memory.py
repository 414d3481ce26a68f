"""Memory that holds what came last, and a summary of what came before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.language_models import BaseChatModel

from llmdl_plugins.chunks import apart, beside, chunks, latest
from llmdl_plugins.cost import Calls
from llmdl_plugins.module import Module, State
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.prompting import checked_model, said
from llmdl_plugins.slots import filled
from llmdl_plugins.tokens import Count, approximately, bounded, checked_bound

INSTRUCTION = (
    "Write the summary anew, so that it holds what matters of the summary so far and of what came after: names, "
    "numbers, wishes, what was promised. At most {bound} tokens. Answer with the summary only."
)
HEAD = "Earlier: "


class SummaryMemory(Module):
    """state[source], turns or chunks → state[target], a text within the bound; calls: 0 to the turns that are new.

        turn 1 … turn m ─▶ summary ─┐
        turn m+1 … turn n ──────────┴─▶ text ≤ bound

    Only what no longer fits is summarised, and only once: how far it has come stands in the state beside the text, at
    `kept`, where a graph's checkpointer keeps it from turn to turn.  `Stored` keeps it for what has no state.

    Args:
        model: any LangChain chat model.
        source: the key with messages, with a list of texts, or with a long text.
        target: the key of the text.
        kept: the key of the summary and of how many turns are in it; `target` and `_summary`, by default.
        bound: tokens of the text.
        width: tokens of the turns that one call reads at most; a turn is read whole.
        count: tells the tokens of a text, such as `model.get_num_tokens`; four characters each, by default.
        instruction: the instruction with the slot `{bound}`; trainable.

    Raises:
        MisuseError: the bound is too small, or one key would be used for two things.

    Source: recursive summarisation (Wu et al., 2021; Wang et al., 2023).
    """

    def __init__(
        self,
        model: BaseChatModel,
        source: str = "messages",
        target: str = "memory",
        kept: str | None = None,
        bound: int = 1000,
        width: int = 2000,
        count: Count = approximately,
        instruction: str = INSTRUCTION,
    ) -> None:
        checked_model("SummaryMemory", model)
        self.model, self.source, self.target, self.kept = model, source, target, kept or f"{target}_summary"
        apart("SummaryMemory", source, target, self.kept)
        self.width, self.count = checked_bound("SummaryMemory", width), count
        self.reads, self.writes = (source,), (target, self.kept)
        checked_bound("SummaryMemory", bound, 4)
        bounds = (bound // 2, bound)
        self.bound = Parameter(bound, kind="choice", options=bounds, role="tokens that are remembered")
        self.instruction = Parameter(instruction, slots=("bound",), role="tells the model how the summary goes on")

    def calls(self, **sizes: int) -> Calls:
        """None while all fits, at most one for each turn; `sizes[source]` is how many there are."""
        return Calls(0, sizes.get(self.source, 1))

    async def forward(self, state: State) -> dict[str, Any]:
        """The update with the text, and how far the summary has come."""
        bound = self.bound.value
        turns = chunks(state[self.source], max(1, bound // 4))
        kept = state.get(self.kept) or {}
        summary, seen = str(kept.get("summary", "")), int(kept.get("seen", 0))
        if seen > len(turns):  # another conversation, or one that was cut
            summary, seen = "", 0
        if self.count(text_of(summary, turns[seen:])) > bound:
            new = latest(turns[seen:], bound // 4, self.count)  # room for turns to come
            summary = await self._on(summary, turns[seen : len(turns) - len(new)], bound // 2)
            seen = len(turns) - len(new)
        text = bounded(text_of(summary, turns[seen:]), bound, self.count, last=True)
        return {self.target: text, self.kept: {"summary": summary, "seen": seen}}

    async def _on(self, summary: str, turns: Sequence[str], bound: int) -> str:
        """The summary with these turns in it."""
        held = bound - self.count(HEAD) - 1  # head and turns stand in the text too
        for group in groups(turns, self.width, self.count):
            given = beside({}, (), {"summary": summary, "turns": "\n".join(group)})
            summary = bounded(
                await said(self.model, filled(self.instruction.value, bound=str(held)), given), held, self.count
            )
        return summary


def text_of(summary: str, turns: Sequence[str]) -> str:
    """What is told of a conversation.

    >>> print(text_of("They met.", ["Human: Hello."]))
    Earlier: They met.
    Human: Hello.
    """
    return "\n".join([f"{HEAD}{summary}", *turns] if summary else turns)


def groups(turns: Sequence[str], width: int, count: Count) -> list[list[str]]:
    """Turns in their order, as many together as one call reads.

    >>> groups(["one", "two", "three"], 2, count=approximately)
    [['one', 'two'], ['three']]
    """
    found: list[list[str]] = []
    for turn in turns:
        if found and count("\n".join([*found[-1], turn])) <= width:
            found[-1].append(turn)
        else:
            found.append([turn])
    return found
