"""A reminder in front of what a layer reads."""

from types import MappingProxyType

from llmdl_plugins import Calls, Module, Parameter


class Reminder(Module):
    """state → inner(state with the reminder in front of state[source]); calls: those of inner.

    Args:
        inner: the layer that answers.
        source: the state key that inner reads; a text.
        reminder: what it is told first; trainable.  Without a word it is inner itself.
    """

    identity = MappingProxyType({"reminder": ""})

    def __init__(self, inner: Module, source: str, reminder: str = ""):
        self.inner, self.source = inner, source
        self.reads, self.writes = inner.reads, inner.writes
        self.reminder = Parameter(reminder, role=f"told before each {source}")

    def calls(self, **sizes: int) -> Calls:
        """Those of inner."""
        return self.inner.calls(**sizes)

    async def forward(self, state):
        reminder = self.reminder.value
        if not reminder:
            return await self.inner.ainvoke(state)
        return await self.inner.ainvoke({**state, self.source: f"{reminder}\n\n{state[self.source]}"})
