"""How a reply is dressed: in the output format that the last message asks for."""

from __future__ import annotations

import json
import re
from typing import Any

MARKER = re.compile(r"\[\[ ## (\w+) ## \]\]")
_BETWEEN = re.compile(r"\bbetween\s+`?<([\w-]+)>`?\s+and\s+`?</\1>", re.I)
_AS_JSON = re.compile(r"Respond with a JSON object in the following order of fields: (.*)\.\s*$", re.S)
_MODULES = re.compile(r"module_names ## \]\]\n(\[.*?\])", re.S)
_TEMPLATE = re.compile(r"<(\w+)>\s*\{[^{}]*\}\s*</\1>")


def dress(last: str, body: str, wanted: tuple[str, ...]) -> str:
    """The body between the tags, in the field markers or in the fence that the last message asks for.

    >>> dress("Respond with a JSON object in the following order of fields: `why`, then `answer`.", "7", ("answer",))
    '{"why": "Answer:", "answer": "7"}'
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
    if asked := _AS_JSON.search(last):
        names = re.findall(r"`(\w+)`", asked[1])
        return json.dumps(_filled(names, _main(names, wanted), body, last))
    if names := _fields(last):
        fields = _filled(names, _main(names, wanted), body, last)
        return "\n\n".join([*(f"[[ ## {n} ## ]]\n{_told(v)}" for n, v in fields.items()), "[[ ## completed ## ]]"])
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


def _main(names: list[str], wanted: tuple[str, ...]) -> str:
    answering = wanted[0] in ("answer", "reply")
    return _named(names, wanted) or names[-1 if answering else 0]


def _filled(names: list[str], main: str, body: str, last: str) -> dict[str, Any]:
    """Every field with what it holds; advice for several modules is the same for each."""
    fields: dict[str, Any] = {name: body if name == main else "Answer:" for name in names}
    if "module_advice" in fields and (modules := _MODULES.search(last)):
        fields["module_advice"] = dict.fromkeys(json.loads(modules[1]), body)
    return fields


def _told(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
