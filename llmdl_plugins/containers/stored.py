"""Keys of the state that outlive a run: a memory for what has no state of its own."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

from langchain_core.stores import BaseStore, InMemoryStore

from llmdl_plugins import tape
from llmdl_plugins.as_layer import as_layer
from llmdl_plugins.cost import Calls
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.module import Module, State
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.tape import Tape


class Stored(Module):
    """state → inner(what this thread has kept, and the state) → update, kept; calls: those of inner.

        store[thread] ─┐                     ┌─▶ update
        state ─────────┴─▶ inner ─▶ its keys ┴─▶ store[thread]

    A run that is recorded, as each of training is, begins with nothing kept and leaves nothing: rows never meet.

    Args:
        inner: any layer, such as `SummaryMemory` or `Recurrent`.
        store: any LangChain store of values; those of bytes need an encoder around them.
        thread: the key of the state that says whose they are.
        keys: which keys of its update are kept; all that it writes, by default.  They are given to it again where the
            state lacks them.

    Raises:
        MisuseError: there is no key to keep, or inner does not write it.

    Source: neural Turing machines (Graves et al., 2014); MemGPT (Packer et al., 2023).
    """

    identity = MappingProxyType({"keeps": "off"})

    def __init__(
        self,
        inner: Module,
        store: BaseStore[str, Any],
        thread: str = "thread",
        keys: Sequence[str] | None = None,
    ) -> None:
        inner = as_layer("Stored", inner)
        self.inner, self.store, self.thread, self.keys = inner, store, thread, _checked(inner, keys)
        self.reads = None if inner.reads is None else (*dict.fromkeys((*inner.reads, thread)),)
        self.writes = inner.writes
        self.keeps = Parameter("on", kind="choice", options=("off", "on"), role="whether it remembers earlier runs")
        self._recorded: list[tuple[weakref.ref[Tape], BaseStore[str, Any]]] = []

    def calls(self, **sizes: int) -> Calls:
        """Those of inner."""
        return self.inner.calls(**sizes)

    async def forward(self, state: State) -> Any:
        """Inner's update."""
        if self.keeps.value == "off":
            return await self.inner.ainvoke(state)
        store, places = self._store(), [f"{state[self.thread]}/{key}" for key in self.keys]
        kept = zip(self.keys, await store.amget(places), strict=True)
        update = await self.inner.ainvoke({**{key: value for key, value in kept if value is not None}, **state})
        await store.amset([(at, update[key]) for at, key in zip(places, self.keys, strict=True) if key in update])
        return update

    def _store(self) -> BaseStore[str, Any]:
        """The store; of a run that is recorded one of its own, as long as its tape lives."""
        if (here := tape.current_tape()) is None:
            return self.store
        self._recorded = [(of, store) for of, store in self._recorded if of() is not None]
        found = [store for of, store in self._recorded if of() is here]
        if not found:
            found = [InMemoryStore()]
            self._recorded.append((weakref.ref(here), found[0]))
        return found[0]


def _checked(inner: Module, keys: Sequence[str] | None) -> Sequence[str]:
    kept = inner.writes if keys is None else keys
    if isinstance(kept, str) or not kept:
        raise MisuseError(f"Stored needs the keys that it keeps, and {inner.get_name()} does not say what it writes.")
    if inner.writes is not None and (lacks := [key for key in kept if key not in inner.writes]):
        raise MisuseError(f"Stored would keep {lacks[0]!r}, and {inner.get_name()} writes {list(inner.writes)}.")
    return tuple(kept)
