"""Architectures on top of the application that the user already has: `recipes.vote(chain, 5)`, one file each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmdl_plugins.lazily import lazily

__all__ = [
    "attention",
    "cascade",
    "demonstrations",
    "encoder_decoder",
    "gated",
    "hierarchy",
    "leave_out",
    "mixture",
    "mlp",
    "multi_head",
    "perceptron",
    "recurrent",
    "refine",
    "vote",
    "windows",
]

if TYPE_CHECKING:
    from llmdl_recipes.architectures.attention import attention
    from llmdl_recipes.architectures.cascade import cascade
    from llmdl_recipes.architectures.demonstrations import demonstrations
    from llmdl_recipes.architectures.encoder_decoder import encoder_decoder
    from llmdl_recipes.architectures.gated import gated
    from llmdl_recipes.architectures.hierarchy import hierarchy
    from llmdl_recipes.architectures.leave_out import leave_out
    from llmdl_recipes.architectures.mixture import mixture
    from llmdl_recipes.architectures.mlp import mlp
    from llmdl_recipes.architectures.multi_head import multi_head
    from llmdl_recipes.architectures.perceptron import perceptron
    from llmdl_recipes.architectures.recurrent import recurrent
    from llmdl_recipes.architectures.refine import refine
    from llmdl_recipes.architectures.vote import vote
    from llmdl_recipes.architectures.windows import windows
else:
    __getattr__, __dir__ = lazily(__name__, {name: f"architectures.{name}" for name in __all__})
