"""What this adapter offers, through the same hooks as anybody's plugin."""

from __future__ import annotations

from llmdl_dspy.teleprompt.catalogue import specs
from llmdl_plugins.plugins.hookspecs import hookimpl
from llmdl_plugins.plugins.spec import Spec


@hookimpl
def llmdl_adapters() -> list[Spec]:
    """DSPy programs; asked where DSPy has been imported."""
    return [Spec("dspy", "llmdl_dspy.adapting:adapt", "a dspy.Module", requires=("dspy",))]


@hookimpl
def llmdl_doors() -> list[Spec]:
    """The door of `dspy.LM`; it doesn't import DSPy."""
    return [Spec("dspy", "llmdl_dspy.door:dspy", "calls of dspy.LM, whatever its engine")]


@hookimpl
def llmdl_optimizers() -> list[Spec]:
    """The optimizers of DSPy, by their names there."""
    return list(specs())
