"""A layer: state in, update out.  Also a LangChain Runnable, so it is a LangGraph node as it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from functools import wraps
from typing import Any, ClassVar

from langchain_core.runnables import Runnable, RunnableConfig

from llmdl_plugins import sync, tape
from llmdl_plugins.coroutines import waited_for
from llmdl_plugins.cost import Calls
from llmdl_plugins.errors import MisuseError, did_you_mean
from llmdl_plugins.holding import holding
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.plain import JSON

State = Mapping[str, Any]
_is_inside: ContextVar[bool] = ContextVar("llmdl_calls_inside", default=False)


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

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        waited_for(cls, "forward")
        if "calls" in vars(cls):  # so that no layer has to look for misspelt sizes itself
            cls.calls = _checked(cls.calls)  # type: ignore[method-assign]

    async def forward(self, state: State) -> Any:
        """The update that this layer makes to the state."""
        raise NotImplementedError

    def calls(self, **sizes: int) -> Calls:
        """How many model calls one run makes, with the values in force.

        Args:
            sizes: what only a run tells, by name: how many pieces a key of the state holds, or how many calls a node
                of the user makes, such as `calls(report=12, answer=2)`.

        Raises:
            MisuseError: it does not say, needs a size that was not given, or counts by none that is called so.
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


def _checked(calls: Callable[..., Calls]) -> Callable[..., Calls]:
    """`calls` of a layer, refusing sizes that no layer in it counts by; the outermost looks for all of them."""

    @wraps(calls)
    def checked(self: Module, **sizes: int) -> Calls:
        if not _is_inside.get():
            _check_sizes(self, sizes)
        with holding(_is_inside, True):
            return calls(self, **sizes)

    return checked


def _check_sizes(layer: Module, sizes: Iterable[str]) -> None:
    """Refuse a name that is nearly one of a layer or a key in it, and sizes of which none counts."""
    layers = [*_all(layer)]
    keys = {key for one in layers for key in one.reads or ()}
    others = [name for name in sizes if name not in {*keys, *(one.get_name() for one in layers)}]
    counts_none = keys and len(others) == len([*sizes]) and all(one.reads is not None for one in layers)
    for name in others:
        near = did_you_mean(name, keys)
        if counts_none or "Did you mean" in near:
            raise MisuseError(f"{layer.get_name()} counts no calls by {name!r}.{near}")


def _all(layer: Module) -> Iterator[Module]:
    yield layer
    for _, inner in layer.named_modules():
        yield from _all(inner)


def _modules(name: str, value: Any) -> Iterator[tuple[str, Module]]:
    if isinstance(value, Module):
        yield name, value
    elif isinstance(value, list | tuple):
        for n, item in enumerate(value):
            yield from _modules(f"{name}.{n}", item)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _modules(f"{name}.{key}", item)
