"""What the benchmark knows about one public agent: where it is, which of its texts are prompts, how to run it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any


@dataclass(frozen=True)
class Run:
    """One run of an agent.

    Args:
        inputs: what the graph is called with.
        answers: what the scripted model says. Tool or schema name → arguments of the call (a list: one a call).
            "_text": the text of an answer (or a list, or a function of the messages). "_first": the tool that is called
            first (or several by preference, or a function of the messages; "_text" is no tool). "_final": the tool that
            is called once a tool has answered.
        configurable: the `configurable` part of the configuration.
        context: what a graph with a context schema is given; None gives nothing.
        stored: what lies in the store before it: namespace, key and value of each.
        resume: what each interrupt is answered with, in order; at a breakpoint, the update of the state, or None.
        limit: the recursion limit.
    """

    inputs: Any
    answers: Mapping[str, Any] = field(default_factory=dict)
    configurable: Mapping[str, Any] = field(default_factory=dict)
    context: Mapping[str, Any] | None = field(default_factory=dict)
    stored: tuple[tuple[tuple[str, ...], str, Mapping[str, Any]], ...] = ()
    resume: tuple[Any, ...] = ()
    limit: int = 20


@dataclass(frozen=True)
class Agent:
    """One public agent.  No text of its source stands here: prompts are labelled by their place.

    Args:
        repository: `owner/name` on GitHub.
        commit: the commit that the labels hold for.
        root: folder inside the repository that goes on `sys.path`.
        target: `package.module:attribute`; of a notebook, `path/to/book.ipynb:attribute`.
        prompts: each labelled prompt as `path:line` from the root of the repository: the line where the string
            expression, or the text in a prompt file, begins; in a notebook `path.ipynb:cell:line`, both from 0 and 1.
            Two that begin on one line are two equal labels.
        elsewhere: how many prompts are sent that have no text in the repository (a prompt hub, a data base).
        runs: together they should reach as many of the prompts as one can.
        prepare: called before the import: stubs for what is not installed, environment variables.
        imported: called with the module after the import: replaces what would reach the network.
    """

    repository: str
    commit: str
    root: str
    target: str
    prompts: tuple[str, ...]
    runs: tuple[Run, ...]
    elsewhere: int = 0
    prepare: Callable[[], None] = lambda: None
    imported: Callable[[ModuleType], None] = lambda module: None
