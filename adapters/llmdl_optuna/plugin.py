"""What this package offers, through the same hooks as anybody's plugin."""

from __future__ import annotations

from llmdl_plugins.plugins.hookspecs import hookimpl
from llmdl_plugins.plugins.spec import Spec


@hookimpl
def llmdl_searches() -> list[Spec]:
    """Optuna's sampler for choices."""
    return [
        Spec(
            "tpe",
            "llmdl_optuna.tpe:Tpe",
            "Optuna's tree-structured Parzen estimator, all choices together",
            requires=("optuna",),
            extra="search",
        )
    ]
