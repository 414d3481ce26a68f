"""One llama.cpp server in this process: its size, and how it is loaded."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

from llmdl_plugins.errors import MissingExtraError, MisuseError

_PROMPTS = 128  # MiB of prompts that were read before: candidates and steps take turns, and each finds its own again

Body = dict[str, Any]
Reply = dict[str, Any]
Hear = Callable[[Reply], bool]


class Server(Protocol):
    """What is used of an xllamacpp server: it answers whole, or tells pieces until it hears True."""

    def handle_chat_completions(self, body: Body, hear: Hear | None = None, /) -> Reply | None: ...


@dataclass(frozen=True)
class Size:
    """What an engine is built from: equal sizes share an engine.

    Args:
        path: a GGUF file.
        threads: threads that a server computes with; more than one suffers badly where cores are shared.
        slots: requests that one server works on side by side.
        context: tokens that a slot can hold, prompt and answer together.
        servers: copies of the model that compute side by side; they map the file once.
    """

    path: str
    threads: int
    slots: int
    context: int
    servers: int


def free_cores() -> int:
    """How many servers run side by side without standing in each other's way: one a core, four at most."""
    return min(4, os.cpu_count() or 1)


def load(size: Size) -> Server:
    """Load one server (0.4 s with the default model).

    Raises:
        MissingExtraError: xllamacpp is not installed.
        MisuseError: the file can't be loaded.
    """
    try:
        llama: Any = import_module("xllamacpp")
    except ImportError as missing:
        raise MissingExtraError("xllamacpp is not installed: pip install 'llmdl-plugins[local]'.") from missing
    try:
        server: Server = llama.Server(_params(llama, size))
    except RuntimeError as broken:
        raise MisuseError(
            f"{size.path} could not be loaded with {size.slots} slots of {size.context} tokens: the file is damaged "
            "or cut short (pull or copy it again), or memory is too small (take fewer slots, less context)."
        ) from broken
    return server


def _params(llama: Any, size: Size) -> Any:
    params = llama.CommonParams()
    params.model.path = size.path
    params.n_parallel, params.n_ctx = size.slots, size.context * size.slots
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = size.threads
    params.n_threads_http = 1
    params.cache_prompt, params.cache_ram_mib = True, _PROMPTS
    params.swa_full = True  # models with sliding windows (Gemma) reuse no prefix without it
    params.use_jinja, params.verbosity = True, -1
    return params
