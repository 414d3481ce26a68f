"""Layers: one file each."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from llmdl_plugins.layers.activation import Activation
    from llmdl_plugins.layers.attention import Attention
    from llmdl_plugins.layers.black_box import BlackBox
    from llmdl_plugins.layers.buffer_memory import BufferMemory
    from llmdl_plugins.layers.conv import Conv
    from llmdl_plugins.layers.critic import Critic
    from llmdl_plugins.layers.demonstrations import Demonstrations
    from llmdl_plugins.layers.encoder_decoder import EncoderDecoder
    from llmdl_plugins.layers.fuse import Fuse
    from llmdl_plugins.layers.gated import Gated
    from llmdl_plugins.layers.identity import Identity
    from llmdl_plugins.layers.mlp import MLP
    from llmdl_plugins.layers.norm import Norm
    from llmdl_plugins.layers.pool import Pool
    from llmdl_plugins.layers.prompt import Prompt
    from llmdl_plugins.layers.recurrent import Recurrent
    from llmdl_plugins.layers.retrieve import Retrieve
    from llmdl_plugins.layers.retrieved import RetrievedDemonstrations
    from llmdl_plugins.layers.rewrite import Rewrite
    from llmdl_plugins.layers.score import Score
    from llmdl_plugins.layers.summary_memory import SummaryMemory
    from llmdl_plugins.layers.tool import Tool
    from llmdl_plugins.layers.vector_memory import VectorMemory

_HOME = {
    "Activation": "activation",
    "Attention": "attention",
    "BlackBox": "black_box",
    "BufferMemory": "buffer_memory",
    "Conv": "conv",
    "Critic": "critic",
    "Demonstrations": "demonstrations",
    "EncoderDecoder": "encoder_decoder",
    "Fuse": "fuse",
    "Gated": "gated",
    "Identity": "identity",
    "MLP": "mlp",
    "Norm": "norm",
    "Pool": "pool",
    "Prompt": "prompt",
    "Recurrent": "recurrent",
    "Retrieve": "retrieve",
    "RetrievedDemonstrations": "retrieved",
    "Rewrite": "rewrite",
    "Score": "score",
    "SummaryMemory": "summary_memory",
    "Tool": "tool",
    "VectorMemory": "vector_memory",
}

__all__ = [
    "MLP",
    "Activation",
    "Attention",
    "BlackBox",
    "BufferMemory",
    "Conv",
    "Critic",
    "Demonstrations",
    "EncoderDecoder",
    "Fuse",
    "Gated",
    "Identity",
    "Norm",
    "Pool",
    "Prompt",
    "Recurrent",
    "Retrieve",
    "RetrievedDemonstrations",
    "Rewrite",
    "Score",
    "SummaryMemory",
    "Tool",
    "VectorMemory",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
