"""The name of the model that a call asks."""

from __future__ import annotations

from typing import Any

from llmdl_plugins.scope import Call


def model_of(call: Call) -> str:
    """As its settings say, or else its class."""
    request: Any = call.request
    settings = request["settings"]
    return str(settings.get("model_name") or settings.get("model") or request["model"])
