"""A text as data: filled into a flat JSON schema, where a caller asks for structure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any


def filled(schema: Mapping[str, Any], text: str) -> dict[str, Any]:
    """The text as an object of this schema: as it stands where it is one, else spread over the properties.

    >>> filled({"properties": {"answer": {"type": "string"}, "n": {"type": "integer"}}}, "about 7")
    {'answer': 'about 7', 'n': 7}
    """
    if (given := _object(text)) is not None:
        return given
    return {name: _value(kind.get("type"), text) for name, kind in schema.get("properties", {}).items()}


def formatted(response_format: Mapping[str, Any] | None, text: str) -> str:
    """The text as it stands, or as JSON where an OpenAI `response_format` asks for it."""
    match (response_format or {}).get("type"):
        case "json_object":
            return json.dumps(filled({"properties": {"answer": {}}}, text))
        case "json_schema" if response_format:
            return json.dumps(filled(response_format["json_schema"].get("schema", {}), text))
        case _:
            return text


def _object(text: str) -> dict[str, Any] | None:
    try:
        given = json.loads(text)
    except ValueError:
        return None
    return given if isinstance(given, dict) else None


def _value(kind: Any, text: str) -> Any:
    match kind:
        case "integer" | "number":
            return int(found[0]) if (found := re.search(r"\d+", text)) else 0
        case "boolean":
            return True
        case "array":
            return []
        case "object":
            return {}
        case _:
            return text
