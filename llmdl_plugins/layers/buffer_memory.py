"""Memory that holds what came last."""

from __future__ import annotations

from typing import Any

from llmdl_plugins.chunks import apart, chunks, latest
from llmdl_plugins.cost import Calls
from llmdl_plugins.module import Module, State
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.tokens import Count, approximately, checked_bound


class BufferMemory(Module):
    """state[source], turns or chunks → state[target], a text: the last of them that the bound holds; calls: none.

        turn 1, turn 2, … turn n ─▶ … turn n-1, turn n

    Args:
        source: the key with messages, with a list of texts, or with a long text.
        target: the key of the text.
        bound: tokens of the text; half of it can be chosen too.
        count: tells the tokens of a text, such as `model.get_num_tokens`; four characters each, by default.

    Raises:
        MisuseError: the bound is too small, or source and target are one key.

    Source: the fixed context window, of which every memory is a comparison (MemGPT, Packer et al., 2023).
    """

    def __init__(
        self, source: str = "messages", target: str = "memory", bound: int = 1000, count: Count = approximately
    ) -> None:
        apart("BufferMemory", source, target)
        self.source, self.target, self.count = source, target, count
        self.reads, self.writes = (source,), (target,)
        bounds = (checked_bound("BufferMemory", bound, 2), bound)
        self.bound = Parameter(bound, kind="choice", options=bounds, role="tokens that are remembered")

    def calls(self, **sizes: int) -> Calls:
        """None."""
        return Calls(0)

    async def forward(self, state: State) -> dict[str, Any]:
        """The update with what came last."""
        bound = self.bound.value
        turns = chunks(state[self.source], max(1, bound // 4))
        return {self.target: "\n".join(latest(turns, bound, self.count))}
