"""What this adapter offers, through the same hooks as anybody's plugin."""

from __future__ import annotations

from llmdl_plugins.plugins.hookspecs import hookimpl
from llmdl_plugins.plugins.spec import Spec


@hookimpl
def llmdl_adapters() -> list[Spec]:
    """DSPy programs; asked where DSPy has been imported."""
    return [Spec("dspy", "llmdl_dspy.network:adapt", "a dspy.Module", requires=("dspy",))]


@hookimpl
def llmdl_doors() -> list[Spec]:
    """The door of `dspy.LM`; it doesn't import DSPy."""
    return [Spec("dspy", "llmdl_dspy.door:dspy", "calls of dspy.LM, whatever its engine")]


@hookimpl
def llmdl_optimizers() -> list[Spec]:
    """The optimizers of DSPy, by their names there."""
    return [
        Spec(name, f"llmdl_dspy.teleprompt.offered:{target}", f"DSPy's {target}: {what}", requires, "dspy")
        for name, target, what, requires in _OPTIMIZERS
    ]


_DSPY, _OPTUNA = ("dspy",), ("dspy", "optuna")
_OPTIMIZERS = (
    ("dspy:labeled-few-shot", "LabeledFewShot", "train rows as worked examples", _DSPY),
    ("dspy:bootstrap-few-shot", "BootstrapFewShot", "runs that went right as worked examples", _DSPY),
    ("dspy:copro", "COPRO", "a teacher writes instructions in rounds", _DSPY),
    ("dspy:miprov2", "MIPROv2", "a teacher's instructions and worked examples, searched together", _OPTUNA),
    ("dspy:gepa", "GEPA", "a teacher reflects on what went wrong", _DSPY),
)
