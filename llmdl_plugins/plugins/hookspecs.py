"""Every hook that a plugin may implement; each has a page in `docs/hooks/`.

A catalogue hook takes nothing and returns `Spec` records: it is called once a process, when something of its kind is
asked for, and imports no target.  One that raises offers nothing and is named.  A run hook takes one event and returns
nothing: it is called on a thread of its own while a run goes on.  One that raises is named and left out from then on;
no score changes, and no run ends.  All hooks are plain functions: an `async` one is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

from llmdl_plugins.plugins.spec import Spec

if TYPE_CHECKING:
    from llmdl_plugins.run.events import (
        CandidateScreened,
        ParameterUpdated,
        RunFinished,
        RunStarted,
        StepFinished,
    )

hookspec = pluggy.HookspecMarker("llmdl_plugins")
hookimpl = pluggy.HookimplMarker("llmdl_plugins")


@hookspec
def llmdl_layers() -> list[Spec]:  # type: ignore[empty-body]
    """Layers: each target is a `Module` class, or a function that returns a `Module`.

    Example: `Spec("shout", "my_package.shout:Shout", "writes in capitals")`; `find("layers", "shout")` gives the class.
    """


@hookspec
def llmdl_containers() -> list[Spec]:  # type: ignore[empty-body]
    """Containers, which connect layers: each target is a `Module` class, or a function that returns a `Module`.

    Example: `Spec("twice", "my_package.twice:Twice", "one layer, two times")`.
    """


@hookspec
def llmdl_losses() -> list[Spec]:  # type: ignore[empty-body]
    """Losses: each target is called without arguments and returns a `Loss`; with the teacher, where it has
    `needs_model = True`.

    Example: `Spec("rouge", "my_package.rouge:Rouge", "overlap of word sequences")`; then `--loss rouge`.
    """


@hookspec
def llmdl_optimizers() -> list[Spec]:  # type: ignore[empty-body]
    """Optimizers: each target is called without arguments and returns an `Optimizer`.

    Example: `Spec("shorten", "my_package.shorten:Shorten", "drops sentences")`; then `--optimizer shorten`.
    """


@hookspec
def llmdl_searches() -> list[Spec]:  # type: ignore[empty-body]
    """Search strategies over choices: each target is called without arguments and returns an `Optimizer`.

    Example: `Spec("grid", "my_package.grid:Grid", "every combination")`; then `--optimizer grid`.
    """


@hookspec
def llmdl_adapters() -> list[Spec]:  # type: ignore[empty-body]
    """Adapters: each target is called as `adapt(obj, probes=…)`: a `Network`, or None for what it doesn't know.

    It is asked only where its `requires` are imported already.  An adapter that raises is asked no further, the others
    are.  Example: `Spec("mine", "my_package.network:adapt", "an agent of my framework", requires=("my_framework",))`.
    """


@hookspec
def llmdl_models() -> list[Spec]:  # type: ignore[empty-body]
    """Model providers: each target is called with the name after `provider:` and returns a chat model.

    Example: `Spec("house", "my_package.models:named", "our own endpoint")`; then `--teacher house:large`.
    """


@hookspec
def llmdl_executors() -> list[Spec]:  # type: ignore[empty-body]
    """Executors, which make attempts at rows: each target is called with the number of workers, None where that is not
    said, and returns an `Executor`.

    Example: `Spec("pod", "my_package.pod:Pod", "workers on our cluster")`; then `--executor pod --workers 8`.
    """


@hookspec
def llmdl_recipes() -> list[Spec]:  # type: ignore[empty-body]
    """Recipes: each target is called as `recipe(network, node=…, source=…)`: a `Network` that starts as the given one.

    `node` is the node that it is put around, or None; `source` the state key that holds the input's text.
    Example: `Spec("twice", "my_package.recipes:twice", "asks again")`; then `--recipe twice`.
    """


@hookspec
def llmdl_studies() -> list[Spec]:  # type: ignore[empty-body]
    """Studies, which measure and print tables: each target is a function as typer takes it, or a typer app.

    Example: `Spec("latency", "my_package.latency:latency", "each recipe's latency")`; then `llmdl recipes run latency`.
    """


@hookspec
def llmdl_loggers() -> list[Spec]:  # type: ignore[empty-body]
    """Loggers: each target is called without arguments and returns an object with any of the run hooks as methods.

    It watches only the runs that name it.  Example: `Spec("board", "my_package.board:Board", "charts")`; then
    `--logger board`, or `Trainer(…, loggers=["board"])`.
    """


@hookspec
def llmdl_commands() -> list[Spec]:  # type: ignore[empty-body]
    """Commands: each target is a typer app or a function; its name and summary stand in `llmdl --help`.

    The list must be written out, `return [Spec("name", …), …]`: `--help` reads it and imports nothing.
    Example: `Spec("publish", "my_package.publish:publish", "send a result home")`; then `llmdl publish`.
    """


@hookspec
def llmdl_doors() -> list[Spec]:  # type: ignore[empty-body]
    """Doors for calls that pass no LangChain model: each target is called without arguments where a run begins, and
    returns a context manager that is left where it ends.

    Example: `Spec("my-sdk", "my_package.doors:my_sdk", "calls of my SDK")`.
    """


@hookspec
def llmdl_run_started(event: RunStarted) -> None:
    """Called once, after everything was checked and before the first model call.

    Args:
        event: what is trained, with what, on how many rows.

    Example: `print(event.network, event.optimizer, event.train)`.
    """


@hookspec
def llmdl_step_finished(event: StepFinished) -> None:
    """Called when a batch of rollouts has come home: of the optimizer, of the screen, or of the sealed test.

    Args:
        event: its phase, its mean score (never one of sealed rows), and what was spent so far.

    Example: `curve.append((event.calls, event.score))`.
    """


@hookspec
def llmdl_candidate_screened(event: CandidateScreened) -> None:
    """Called with each verdict of the screen.

    Args:
        event: the move in words, whether it was accepted and why, and its counts.

    Example: `print("took" if event.accepted else "refused", event.what)`.
    """


@hookspec
def llmdl_parameter_updated(event: ParameterUpdated) -> None:
    """Called after a proposal was accepted, once for each parameter that has another value now.

    Args:
        event: its name, its value before and after.

    Example: `texts[event.name] = event.after`.
    """


@hookspec
def llmdl_run_finished(event: RunFinished) -> None:
    """Called once, when the result is saved; also for a run that was stopped, or that an error ended.

    Args:
        event: the status, the figures of the sealed test, and what was spent.

    Example: `print(event.status, event.gain)`.
    """
