"""A simulated model that also answers as JSON where DSPy's adapters ask for it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

from llmdl_plugins.testing import SimulatedChat
from llmdl_plugins.testing.dialect import MARKER
from llmdl_plugins.testing.exchange import Reply

_ASKED_JSON = re.compile(r"Respond with a JSON object in the following order of fields: (.*)\.\s*$", re.S)
_MODULES = re.compile(r"module_names ## \]\]\n(\[.*?\])", re.S)


class Speaking(SimulatedChat):
    """Says what the simulated teacher says, as JSON where that is asked for."""

    def _ask(self, messages: Any, kwargs: Any) -> Reply:
        options = {key: value for key, value in kwargs.items() if key != "response_format"}
        reply = super()._ask(messages, options)
        last = str(messages[-1].content)
        return replace(reply, texts=tuple(_as_asked(text, last) for text in reply.texts))


def _as_asked(text: str, request: str) -> str:
    modules = _MODULES.search(request) if "module_advice" in request else None
    said: Any = dict.fromkeys(json.loads(modules[1]), _bare(text)) if modules else _bare(text)
    if asked := _ASKED_JSON.search(request):
        names = re.findall(r"`(\w+)`", asked[1])
        return json.dumps({name: said if name == names[-1] else "Because." for name in names})
    if modules:
        return f"[[ ## discussion ## ]]\nSo it is.\n\n[[ ## module_advice ## ]]\n{json.dumps(said)}"
    return text


def _bare(text: str) -> str:
    """The longest part of an answer in fields."""
    return max(MARKER.split(text)[::2], key=len).strip()
