"""The tools of a DSPy program, whose descriptions are parameters: written into instructions, or handed over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from inspect import iscoroutinefunction
from typing import Any

import dspy

from llmdl_plugins.parameter import Parameter

OFF = "tool texts are trained where they are unfrozen"


@dataclass(frozen=True, eq=False)
class Described:
    """A tool and its description.

    Args:
        tool: the tool of the program; it is never changed.
    """

    tool: dspy.Tool
    parameter: Parameter

    def text(self, desc: str) -> str:
        """What DSPy writes about the tool into instructions, with this description."""
        return str(self.described(desc))

    def described(self, desc: str) -> dspy.Tool:
        """The tool with this description."""
        return self.tool if desc == (self.tool.desc or "") else self.tool.model_copy(update={"desc": desc})


def tools_of(module: dspy.Module) -> list[tuple[str, dspy.Tool]]:
    """The tools that modules hold, each once, with the path of the module that holds it."""
    found: dict[int, tuple[str, dspy.Tool]] = {}
    for path, sub in module.named_sub_modules(dspy.Module):
        for held in vars(sub).values():
            for tool in _tools(held):
                found.setdefault(id(tool), (path.removeprefix("self").removeprefix("."), tool))
    return list(found.values())


def described(tool: dspy.Tool) -> Described:
    """A tool, and a parameter that holds its description."""
    role = f"tells the model what the tool {tool.name} is for"
    return Described(tool, Parameter(tool.desc or "", role=role, trainable=False, frozen_because=OFF))


def acts_at_once(module: dspy.Module) -> bool:
    """Whether a tool of a program is an ordinary function, which would hold up everything else on an event loop."""
    return any(not iscoroutinefunction(tool.func) for _, tool in tools_of(module) if not is_dspys(tool))


def is_dspys(tool: dspy.Tool) -> bool:
    """Whether a tool is what DSPy gives its agents to end with, and does nothing."""
    return str(getattr(tool.func, "__module__", "")).startswith("dspy.predict.")


def takes_tools(signature: Any) -> bool:
    """Whether tools are handed to a predictor as an input."""
    return any(field.annotation in (dspy.Tool, list[dspy.Tool]) for field in signature.input_fields.values())


def handed(value: Any, tools: Mapping[int, Described]) -> Any:
    """An input of a predictor, with the descriptions in force in the tools that are in it.

    Args:
        tools: by the identity of the tool.
    """
    if isinstance(value, list) and any(isinstance(one, dspy.Tool) for one in value):
        return [handed(one, tools) for one in value]
    if isinstance(value, dspy.Tool) and (known := tools.get(id(value))) is not None:
        return known.described(known.parameter.value)
    return value


def with_descriptions(copy: dspy.Module, tools: Sequence[Described]) -> None:
    """Give a copy of a program tools with the descriptions in force; those of the program stay as they are.

    Args:
        tools: of the program that it is a copy of.
    """
    changed = {str(one.tool): one.described(one.parameter.value) for one in tools}
    for _, sub in copy.named_sub_modules(dspy.Module):
        for name, held in vars(sub).items():
            if any(True for _ in _tools(held)):
                setattr(sub, name, _exchanged(held, changed))


def _exchanged(held: Any, changed: Mapping[str, dspy.Tool]) -> Any:
    if isinstance(held, dict):
        return {key: _exchanged(one, changed) for key, one in held.items()}
    if isinstance(held, list | tuple):
        return type(held)(_exchanged(one, changed) for one in held)
    return changed.get(str(held), held) if isinstance(held, dspy.Tool) else held


def _tools(held: Any) -> Iterator[dspy.Tool]:
    if isinstance(held, dspy.Tool):
        yield held
    elif isinstance(held, dict | list | tuple):
        yield from (one for one in (held.values() if isinstance(held, dict) else held) if isinstance(one, dspy.Tool))
