"""A layer: state in, update out.  Also a LangChain Runnable, so it is a LangGraph node as it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from langchain_core.runnables import Runnable, RunnableConfig

from llmdl_plugins import sync, tape
from llmdl_plugins.cost import Calls
from llmdl_plugins.errors import MisuseError, did_you_mean
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.plain import JSON

State = Mapping[str, Any]


class Module(Runnable[State, Any]):
    """Subclass it, assign parameters and sub-modules as attributes, and write `forward`.

    >>> class Greet(Module):
    ...     def __init__(self):
    ...         self.greeting = Parameter("Hello")
    ...     async def forward(self, state):
    ...         return {"text": f"{self.greeting.value}, {state['name']}"}
    >>> Greet().invoke({"name": "Ada"})
    {'text': 'Hello, Ada'}

    One that can do nothing says how: `identity` are values of its parameters with which it is its inner layer alone.
    `reads` and `writes` are the keys of the state that it needs and gives, where it says so: what does not fit together
    is then refused when it is put together, not in a run.
    """

    identity: ClassVar[Mapping[str, Any] | None] = None
    reads: Sequence[str] | None = None
    writes: Sequence[str] | None = None

    async def forward(self, state: State) -> Any:
        """The update that this layer makes to the state."""
        raise NotImplementedError

    def calls(self, **sizes: int) -> Calls:
        """How many model calls one run makes, with the values in force.

        Args:
            sizes: what only a run tells, by name: how many pieces a key of the state holds, or how many calls a node
                of the user makes, such as `calls(chunks=12, answer=2)`.

        Raises:
            MisuseError: it does not say, or needs a size that was not given.
        """
        raise MisuseError(
            f"{self.get_name()} does not say how many model calls it makes: write `def calls(self, **sizes)`, "
            "which returns llmdl_plugins.Calls."
        )

    def gates(self) -> Mapping[str, tuple[Parameter, Sequence[JSON]]]:
        """Path of a layer inside → the choice, and those of its options, without which it does not run."""
        return {}

    async def ainvoke(self, input: State, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        """Run the layer; while a tape is recorded, as one step of it."""
        with tape.step(self.get_name(), input) as step:
            try:
                update = await self.forward(input)
            except KeyError as error:
                if (unmet := self._unmet(error, input)) is not None:
                    raise unmet from error
                raise
            if step:
                step.outputs = update
            return update

    def _unmet(self, error: KeyError, state: State) -> MisuseError | None:
        """What is wrong where a layer did not find a key that it reads."""
        key = error.args[0] if error.args else None
        if key not in (self.reads or ()) or key in state:
            return None
        return MisuseError(
            f"{self.get_name()} reads {key!r}, and the state has {', '.join(sorted(map(str, state))) or 'nothing'}."
            f"{did_you_mean(str(key), map(str, state))}"
        )

    def invoke(self, input: State, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        """`ainvoke`, waited for."""
        return sync.run(self.ainvoke(input, config, **kwargs))

    def named_modules(self) -> Iterator[tuple[str, Module]]:
        """The layers directly inside this one, with their paths."""
        for name, value in vars(self).items():
            yield from _modules(name, value)

    def named_parameters(self) -> dict[str, Parameter]:
        """Every parameter by its path; one that is reached twice keeps its first path."""
        found = {name: v for name, v in vars(self).items() if isinstance(v, Parameter)}
        for path, inner in self.named_modules():
            for name, parameter in inner.named_parameters().items():
                if parameter not in found.values():
                    found[f"{path}/{name}"] = parameter
        return found


def _modules(name: str, value: Any) -> Iterator[tuple[str, Module]]:
    if isinstance(value, Module):
        yield name, value
    elif isinstance(value, list | tuple):
        for n, item in enumerate(value):
            yield from _modules(f"{name}.{n}", item)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _modules(f"{name}.{key}", item)
