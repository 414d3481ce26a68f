"""A text with worked examples in it, for prompts that have no parameter for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from llmdl_plugins import slots as slot_law
from llmdl_plugins.parameter import Parameter

Demos = Sequence[Mapping[str, str]]


def with_demos(text: str, demos: Demos, parameter: Parameter) -> str:
    """The text with examples after it, or before it where the question is filled into it.

    Where the application allows neither, the text as it is.

    >>> print(with_demos("Answer.", [{"input": "1 + 1", "output": "2"}], Parameter("Reply.")))
    Answer.
    <BLANKLINE>
    Examples:
    <BLANKLINE>
    Input: 1 + 1
    Output: 2
    """
    if not demos:
        return text
    shown = [f"Input: {d['input']}\nOutput: {d['output']}" for d in demos]
    # Braces of an example are no slots.
    quoted = slot_law.unparse(["\n\n".join(["Examples:", *shown])], parameter.slots)
    ways = [f"{text}\n\n{quoted}", f"{quoted}\n\n{text}"]
    if slot_law.count(slot_law.parse(text, parameter.slots)):
        ways.reverse()
    return next((way for way in ways if parameter.problem(way) is None), text)
