"""An application as a network: runs of it under any candidate, and the way back to its source."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

from llmdl_plugins import sync, tape
from llmdl_plugins.binding import using
from llmdl_plugins.checks import Check, Verification
from llmdl_plugins.data import Example
from llmdl_plugins.door import boundary
from llmdl_plugins.errors import MisuseError, TargetError, did_you_mean
from llmdl_plugins.gates import Conditions, conditions
from llmdl_plugins.losses.loss import FunctionLoss, Loss
from llmdl_plugins.module import Module
from llmdl_plugins.named import NamedParameters
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.plain import digest, plain
from llmdl_plugins.plugins.catalogue import catalogue
from llmdl_plugins.tape import Tape


class Network(NamedParameters):
    """What `trainable(obj)` returns.  Subclasses say how the application runs and how it goes back to its source."""

    exports: Sequence[str] = ("weights",)
    layers: Mapping[str, Module] = MappingProxyType({})  # node → what took its place

    def __init__(self, name: str, parameters: Mapping[str, Parameter]) -> None:
        super().__init__(name, parameters)
        self.safe_tools: frozenset[str] = frozenset()  # may run whenever they are asked

    def seen(self, rows: Sequence[Any], tapes: Sequence[Tape], are_all: bool = False) -> Network:
        """The network with what was sent in runs of the untouched application; itself, where that tells nothing.

        Args:
            rows: what was run.
            tapes: what was recorded, run by run.
            are_all: whether a text that they don't show is never sent, and so is no parameter.
        """
        return self

    def tool_names(self) -> set[str]:
        """The tools that the application runs or tells its models of, as far as they are known."""
        return {name.partition("/tool:")[2].partition(".")[0] for name in self if "/tool:" in name}

    def late_modules(self) -> list[str]:
        """The modules of the application that were imported by its runs, where that is known."""
        return []

    def imports(self, module: str) -> bool:
        """Whether the application itself names a module as one that it imports, where that is known."""
        return False

    async def forward(self, inputs: Any, config: Any = None) -> Any:
        """Run the application once with the values in force."""
        raise NotImplementedError

    @property
    def fingerprint(self) -> str:
        """A hash of the untouched application, as far as it is known."""
        return digest(self.name, {n: plain(p.default) for n, p in self._parameters.items()})

    def conditions(self) -> Conditions:
        """Name of a choice → the settings of others under which it counts; one without conditions always does."""
        return conditions(list(self.layers.values()), self._names())

    async def ainvoke(self, inputs: Any, config: Any = None) -> Any:
        """The application's own output; with no value changed, exactly the application's own run."""
        values = self.values()
        if not values:
            return await self.forward(inputs, config)
        with using(values), boundary.door(), boundary.scope():
            return await self.forward(inputs, config)

    def invoke(self, inputs: Any, config: Any = None) -> Any:
        """`ainvoke`, waited for; works inside a running event loop."""
        return sync.run(self.ainvoke(inputs, config))

    def batch(self, inputs: Sequence[Any], config: Any = None) -> list[Any]:
        """One output for each of the inputs, in order."""
        return [run.result() for run in [sync.start(self.ainvoke(one, config)) for one in inputs]]

    def stream(self, inputs: Any, config: Any = None, **kwargs: Any) -> Iterator[Any]:
        """The application's own stream; where it has none, its output as one piece."""
        yield self.invoke(inputs, config)

    async def trace(self, inputs: Any, config: Any = None) -> tuple[Any, Tape]:
        """One run, recorded: the output and the tape."""
        with self.recorded() as recorded:
            return await self.forward(inputs, config), recorded

    @contextmanager
    def recorded(self) -> Iterator[Tape]:
        """Record what is run inside; the tape is there for a run that raises, too.

        Raises:
            LlmdlError: what was refused inside, whatever the application made of it.
        """
        with (
            using(self.values()),
            boundary.door(),
            boundary.scope() as here,
            here.reported(),
            tape.recording() as recorded,
        ):
            yield recorded

    async def play(self, row: Example) -> list[Any]:
        """The output after each turn of a row.

        Raises:
            MisuseError: the row has what this kind of application can't take.
        """
        if row.has_extras:
            raise MisuseError(f"Row {row.id!r}: {self.name} takes inputs alone, no turns, resume, context or config.")
        return [await self.forward(dict(row.inputs))]

    def places(self, name: str) -> list[str]:
        """Where a parameter stands in the source: file and line of each place."""
        return []

    def unexportable(self, name: str) -> str | None:
        """Why a change of a parameter could not be handed over as a patch; None where it could."""
        return "this application has no source that is known"

    def draw(self, form: str = "mermaid") -> str:
        """The wiring as text: "mermaid" or "svg"."""
        raise MisuseError(f"{self.name} can't be drawn as {form!r}, but as mermaid or svg.")

    def variant(self, wrap: Mapping[str, Any] | None = None, replace: Mapping[str, Any] | None = None) -> Network:
        """Another network, in which nodes are wrapped in or replaced by layers; this one stays as it is."""
        raise MisuseError(f"{type(self).__name__} has no nodes that could be wrapped or replaced.")

    def layer(self) -> Module | None:
        """The application as a layer, for containers; None where it can't be one as it stands."""
        return None

    def offer(self, name: str, alternatives: Any) -> Parameter:
        """Let a node's model, or an option of its model calls, be chosen."""
        raise MisuseError(f"{type(self).__name__} has no nodes whose model could be chosen.")

    def nodes(self) -> list[str]:
        """The names that `variant` takes."""
        return []

    def effects(self, node: str) -> list[str]:
        """What a node does beside answering, in words: why running it more than once would be noticed."""
        return []

    def keys(self, node: str) -> list[str]:
        """The keys of the state that a node may read, where they are known."""
        return []

    def model(self, node: str) -> Any:
        """The chat model that a node asks, where it is known; what is put around the node asks it too."""
        return None

    def concerns(self) -> list[str]:
        """What of this application training should know, in words: caches, code that does its own input and output."""
        return []

    def export(self, form: str, values: Mapping[str, Any] | None = None) -> Any:
        """The application with these values, in the form asked for.

        Args:
            form: "weights" (JSON values), or what the adapter offers: "patch", "graph".
            values: name → value; what is in force, by default.
        """
        if form != "weights":
            raise MisuseError(
                f"{self.name} can't be exported as {form!r}, but as {', '.join(self.exports)}."
                f"{did_you_mean(form, self.exports)}"
            )
        return {name: plain(value) for name, value in self.changed(values).items()}

    def loss(self, function: Callable[..., Any]) -> Loss:
        """A function that scores what this application answers, as a loss."""
        return FunctionLoss(function)

    def verify(self, probes: Sequence[Any], values: Mapping[str, Any] | None = None) -> Verification:
        """Run probes with these values and on the exported application, with the same answers, and compare all calls.

        Args:
            probes: inputs; the application runs once on each, and its answers are given again to the exported one.
            values: name → value; what is in force, by default.

        Raises:
            MisuseError: this application, or one of the probes, can't be verified; the message says why.
        """
        raise MisuseError(f"{type(self).__name__} has no exported form that could be verified.")

    def unchanged(self, values: Mapping[str, Any] | None = None, inputs: Any = None) -> list[Check]:
        """What a reviewer of an export wants to be sure of: wiring, state and saved threads are as they were.

        Args:
            values: name → value; what is in force, by default.
            inputs: with which a thread is begun on the original; without, that is not tried.
        """
        return []


def trainable(obj: Any, probes: Sequence[Any] = (), **kwargs: Any) -> Network:
    """An existing application as a network, found by an adapter plugin.

    Args:
        obj: a compiled LangGraph graph, a Module of ours, or what an installed adapter knows.
        probes: inputs, or rows of a `Dataset`; each is run once, so that texts are matched to what is really sent.
            Without, nothing is sent.

    Raises:
        TargetError: no installed adapter knows this object.
    """
    if isinstance(obj, Network):
        return obj
    if isinstance(obj, Module):
        from llmdl_plugins.module_network import ModuleNetwork

        return ModuleNetwork(obj)
    failed: list[Exception] = []
    for offer in catalogue("adapters").values():
        if not offer.is_loaded():
            continue
        try:
            if (network := offer.load()(obj, probes=probes, **kwargs)) is not None:
                return network  # type: ignore[no-any-return]
        except Exception as error:  # another one may know the object
            error.add_note(f"The adapter {offer.name} of the plugin {offer.plugin.label} was asked.")
            failed.append(error)
    if failed:
        raise failed[0]
    raise TargetError(
        f"No installed adapter knows a {type(obj).__module__}.{type(obj).__qualname__}: "
        "give a compiled LangGraph graph (call .compile()) or a Module."
    )
