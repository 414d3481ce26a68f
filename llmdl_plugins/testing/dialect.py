"""How a reply is dressed: in the output format that the last message asks for."""

from __future__ import annotations

import re

MARKER = re.compile(r"\[\[ ## (\w+) ## \]\]")
_BETWEEN = re.compile(r"\bbetween\s+`?<([\w-]+)>`?\s+and\s+`?</\1>", re.I)
_TEMPLATE = re.compile(r"<(\w+)>\s*\{[^{}]*\}\s*</\1>")


def dress(last: str, body: str, wanted: tuple[str, ...]) -> str:
    """The body between the tags, in the field markers or in the fence that the last message asks for.

    >>> dress("Put the new prompt between <prompt> and </prompt>.", "Be exact.", ("prompt",))
    '<prompt>Be exact.</prompt>'

    Args:
        last: the last message.
        body: what the model has to say.
        wanted: words for it; where several fields are asked for, one that is named so holds the body.
    """
    # Asked for in words comes first: a quoted prompt may hold markers or a tag around a slot of its own.
    if tags := _BETWEEN.findall(last):
        return _tagged(_named(tags, wanted) or tags[-1], body)
    if names := _fields(last):
        answering = wanted[0] in ("answer", "reply")
        return _marked(names, _named(names, wanted) or names[-1 if answering else 0], body)
    if template := _TEMPLATE.search(last):
        return _tagged(template[1], body)
    return f"```\n{body}\n```" if "within ``` blocks" in last else body


def _fields(last: str) -> list[str]:
    """The output fields of a DSPy prompt, named after the word "Respond"."""
    at = last.rfind("Respond")
    names = MARKER.findall(last[at:]) if at >= 0 else []
    return [name for name in dict.fromkeys(names) if name != "completed"]


def _named(names: list[str], wanted: tuple[str, ...]) -> str | None:
    return next((name for word in wanted for name in names if word in name.lower()), None)


def _tagged(tag: str, body: str) -> str:
    return f"<{tag}>{body}</{tag}>"


def _marked(names: list[str], main: str, body: str) -> str:
    parts = [f"[[ ## {name} ## ]]\n{body if name == main else 'Answer:'}" for name in names]
    return "\n\n".join([*parts, "[[ ## completed ## ]]"])
