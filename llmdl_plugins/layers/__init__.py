"""Layers: one file each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmdl_plugins.lazily import lazily

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

__all__ = [*_HOME]

if TYPE_CHECKING:
    from llmdl_plugins.layers.activation import Activation as Activation
    from llmdl_plugins.layers.attention import Attention as Attention
    from llmdl_plugins.layers.black_box import BlackBox as BlackBox
    from llmdl_plugins.layers.buffer_memory import BufferMemory as BufferMemory
    from llmdl_plugins.layers.conv import Conv as Conv
    from llmdl_plugins.layers.critic import Critic as Critic
    from llmdl_plugins.layers.demonstrations import Demonstrations as Demonstrations
    from llmdl_plugins.layers.encoder_decoder import EncoderDecoder as EncoderDecoder
    from llmdl_plugins.layers.fuse import Fuse as Fuse
    from llmdl_plugins.layers.gated import Gated as Gated
    from llmdl_plugins.layers.identity import Identity as Identity
    from llmdl_plugins.layers.mlp import MLP as MLP
    from llmdl_plugins.layers.norm import Norm as Norm
    from llmdl_plugins.layers.pool import Pool as Pool
    from llmdl_plugins.layers.prompt import Prompt as Prompt
    from llmdl_plugins.layers.recurrent import Recurrent as Recurrent
    from llmdl_plugins.layers.retrieve import Retrieve as Retrieve
    from llmdl_plugins.layers.retrieved import RetrievedDemonstrations as RetrievedDemonstrations
    from llmdl_plugins.layers.rewrite import Rewrite as Rewrite
    from llmdl_plugins.layers.score import Score as Score
    from llmdl_plugins.layers.summary_memory import SummaryMemory as SummaryMemory
    from llmdl_plugins.layers.tool import Tool as Tool
    from llmdl_plugins.layers.vector_memory import VectorMemory as VectorMemory
else:
    __getattr__, __dir__ = lazily(__name__, _HOME)
