"""A memory of named slots: for each chunk a gate says what is kept, written or erased."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from langchain_core.language_models import BaseChatModel

from llmdl_plugins.chunks import apart, beside, chunks, held
from llmdl_plugins.cost import Calls
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.keys import named
from llmdl_plugins.module import Module, State
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.prompting import checked_model, listed, said
from llmdl_plugins.tokens import checked_bound

Slots = Mapping[str, str]
GATE = (
    "You keep a memory of named slots while you read. For each slot say what the next chunk does to it, one a line, as "
    "`slot: keep`, `slot: write` or `slot: erase`."
)
WRITE = "Write each slot that is asked for anew, from the memory and the chunk, one a line, as `slot: text`. Be short."


class Gated(Module):
    """(slots, chunk) → keep, write or erase for each slot, for each of n chunks; calls: n to 2n.

        chunk ─┬─▶ gate ─┬─ keep ──▶ slot as it is
        slots ─┘         ├─ erase ─▶ slot is empty
                         └─ write ─▶ write ─▶ slot anew

    What is kept is kept word for word: only what a chunk changes is written again.  Slots that the state holds already
    are gone on with, so that turns of a conversation are read one by one as well.

    Args:
        model: any LangChain chat model.
        slots: their names.
        source: the key with a long text, which is cut, or with a list of texts or messages, each of which is a chunk.
        target: the key of slot → text.
        beside: keys that both calls are told with each chunk, such as the question.
        bound: tokens of all slots together, at four characters each; each has its part.
        width: tokens of a chunk at most.
        gate: the instruction that asks what to do; trainable.
        write: the instruction that writes; trainable.

    Raises:
        MisuseError: the bound is too small for the slots, or names clash.

    Source: long short-term memory (Hochreiter and Schmidhuber, 1997).
    """

    def __init__(
        self,
        model: BaseChatModel,
        slots: Sequence[str],
        source: str,
        target: str,
        beside: Iterable[str] = (),
        bound: int = 200,
        width: int = 400,
        gate: str = GATE,
        write: str = WRITE,
    ) -> None:
        checked_model("Gated", model)
        self.model, self.source, self.target, self.beside = model, source, target, named(beside)
        apart("Gated", source, target, self.beside)
        self.slots, self.width = _checked(slots), checked_bound("Gated", width)
        self.bound = checked_bound("Gated, for each slot,", bound, len(self.slots))
        self.reads, self.writes = (source, *self.beside), (target,)
        self.gate = Parameter(gate, role="tells the model how to say what is kept, written or erased")
        self.write = Parameter(write, role="tells the model how to write slots anew")

    def calls(self, **sizes: int) -> Calls:
        """One or two for each chunk; `sizes[source]` is how many there are."""
        n = sizes.get(self.source, 1)
        return Calls(n, 2 * n)

    async def forward(self, state: State) -> dict[str, Any]:
        """The update with the slots after the last chunk."""
        before = state.get(self.target) or {}
        if not isinstance(before, Mapping):
            raise MisuseError(
                f"Gated keeps its slots at {self.target!r}, and there is a {type(before).__name__} there."
            )
        slots = {slot: str(before.get(slot, "")) for slot in self.slots}
        for chunk in chunks(state[self.source], self.width):
            slots = await self._after(state, slots, chunk)
        return {self.target: slots}

    async def _after(self, state: State, slots: Slots, chunk: str) -> dict[str, str]:
        shown = "\n".join(f"{slot}: {text or '(empty)'}" for slot, text in slots.items())
        given = {"memory": shown, "chunk": chunk}
        gates = gates_in(await said(self.model, self.gate.value, beside(state, self.beside, given)), self.slots)
        kept = {slot: "" if gates[slot] == "erase" else text for slot, text in slots.items()}
        if not (asked := [slot for slot in slots if gates[slot] == "write"]):
            return kept
        given["slots to write"] = ", ".join(asked)
        answer = await said(self.model, self.write.value, beside(state, self.beside, given))
        return kept | {slot: held(text, self.bound) for slot, text in texts_in(answer, asked).items()}


def gates_in(said: str, slots: Sequence[str]) -> dict[str, str]:
    """What a text says of each slot; what it does not name is kept.

    >>> gates_in("- **Name**: write\\nplace: ERASE", ["name", "place", "date"])
    {'name': 'write', 'place': 'erase', 'date': 'keep'}
    """
    found = {slot: re.search(rf"(?im)^\W*{re.escape(slot)}\W+(keep|write|erase)\b", said) for slot in slots}
    return {slot: one[1].lower() if one else "keep" for slot, one in found.items()}


def texts_in(said: str, slots: Sequence[str]) -> dict[str, str]:
    """What a text says after the name of each slot; of a single slot all of it, where it is not named.

    >>> texts_in("Name: Ada\\nplace: Rome, by\\nthe river", ["name", "place"])
    {'name': 'Ada', 'place': 'Rome, by\\nthe river'}
    """
    names = "|".join(re.escape(slot) for slot in sorted(slots, key=len, reverse=True))
    parts = re.split(rf"(?im)^\W*({names})\W*:\W*?[ \t]*", said)
    by_name = {slot.casefold(): slot for slot in slots}
    found = {by_name[name.casefold()]: text.strip() for name, text in zip(parts[1::2], parts[2::2], strict=True)}
    return found or ({slots[0]: said.strip()} if len(slots) == 1 else {})


def _checked(slots: Sequence[str]) -> list[str]:
    folded = [str(slot).casefold() for slot in slots] if listed(slots) else []
    if not folded or len(set(folded)) < len(folded) or not all(map(str.strip, folded)):
        raise MisuseError(f"Gated needs the names of its slots, each once, got {slots!r}.")
    return list(slots)
