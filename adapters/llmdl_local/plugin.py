"""What this package offers, through the same hooks as anybody's plugin."""

from __future__ import annotations

from llmdl_plugins.plugins.hookspecs import hookimpl
from llmdl_plugins.plugins.spec import Spec


@hookimpl
def llmdl_models() -> list[Spec]:
    """The embedded model."""
    return [
        Spec(
            "local",
            "llmdl_local.named:named",
            "llama.cpp in this process: smollm2, or the path of any GGUF file",
            requires=("xllamacpp",),
            extra="local",
        )
    ]
