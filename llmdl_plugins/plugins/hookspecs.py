"""The hooks that a plugin may implement.  Each catalogue hook returns `Spec` records and imports no target."""

from __future__ import annotations

import pluggy

from llmdl_plugins.plugins.spec import Spec

hookspec = pluggy.HookspecMarker("llmdl_plugins")
hookimpl = pluggy.HookimplMarker("llmdl_plugins")


@hookspec
def llmdl_losses() -> list[Spec]:  # type: ignore[empty-body]
    """Losses: each target is called without arguments and returns a `Loss`."""


@hookspec
def llmdl_optimizers() -> list[Spec]:  # type: ignore[empty-body]
    """Optimizers: each target is called without arguments and returns an `Optimizer`."""


@hookspec
def llmdl_adapters() -> list[Spec]:  # type: ignore[empty-body]
    """Adapters: each target is called as `adapt(obj, probes=…)`: a `Network`, or None for what it doesn't know."""


@hookspec
def llmdl_models() -> list[Spec]:  # type: ignore[empty-body]
    """Model providers: each target is called with the name after `provider:` and returns a chat model."""


@hookspec
def llmdl_executors() -> list[Spec]:  # type: ignore[empty-body]
    """Executors: each target is called with the number of workers (None: not said) and returns an `Executor`."""


@hookspec
def llmdl_recipes() -> list[Spec]:  # type: ignore[empty-body]
    """Recipes: each target is called as `recipe(network, node=…)`: a `Network` that starts as the given one."""


@hookspec
def llmdl_doors() -> list[Spec]:  # type: ignore[empty-body]
    """Doors for calls that pass no LangChain model: each target is called without arguments where a run begins, and
    returns a context manager that is left where it ends."""
