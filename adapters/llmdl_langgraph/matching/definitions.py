"""The texts in definitions of tools and schemas: where each stands, and the same definitions with other texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from llmdl_plugins.door import asked

Path = tuple[str, ...]  # name of the tool or schema, then of its fields; "[]", "|0" and "$" for what has no name
Say = Callable[[Path, str], str]

DEFINING = (*asked.DEFINING, "ls_structured_output_format")
_INSIDE = ("function", "json_schema", "toolSpec", "function_declarations", "format", "json", "schema")
_FIELDS = ("parameters", "input_schema", "inputSchema", "schema", "parameters_json_schema")
_MARKS = {"[": "item", "|": "option", "$": "type"}


def named(path: Path) -> str:
    """A path as part of a parameter's name: `search.query`; what only leads to a field is left out."""
    last = path[-1]
    steps = [step for step in path[:-1] if step[0] not in _MARKS]
    return ".".join([*steps, _MARKS.get(last[0], last)])


def texts_in(options: Mapping[str, Any]) -> list[tuple[Path, str]]:
    """Every description in the options of a call, in order, each once."""
    found: dict[tuple[Path, str], None] = {}

    def note(path: Path, text: str) -> str:
        found[path, text] = None
        return text

    saying(options, note)
    return list(found)


def saying(options: Mapping[str, Any], say: Say) -> Mapping[str, Any]:
    """The options with other descriptions; what doesn't change is the same object.

    Args:
        options: of a model call: `tools`, `functions`, `response_format` and what other providers have in their place.
        say: path and text → the text to send.
    """
    told: Mapping[str, Any] = _changed(
        options, {key: _definition(options[key], say) for key in DEFINING if key in options}
    )
    return told


def _definition(value: Any, say: Say) -> Any:
    """A definition in any provider's form, or a list of them."""
    if isinstance(value, list | tuple):
        parts = [_definition(part, say) for part in value]
        return value if all(a is b for a, b in zip(parts, value, strict=True)) else type(value)(parts)
    if isinstance(value, type):
        return _class(value, say)
    if not isinstance(value, Mapping):
        return value
    if isinstance(name := value.get("name"), str):
        return _function(value, (name,), say)
    if isinstance(title := value.get("title"), str) and "properties" in value:
        return _schema(value, (title,), say)
    return _changed(value, {key: _definition(value[key], say) for key in _INSIDE if key in value})


def _function(value: Mapping[str, Any], path: Path, say: Say) -> Any:
    parts: dict[str, Any] = {}
    if isinstance(text := value.get("description"), str) and text:
        parts["description"] = say(path, text)
    for key in _FIELDS:
        if isinstance(fields := value.get(key), Mapping):
            bare = fields.get("json") if key == "inputSchema" else None
            parts[key] = _changed(fields, {"json": _schema(bare, path, say)}) if bare else _schema(fields, path, say)
    return _changed(value, parts)


def _schema(root: Mapping[str, Any], path: Path, say: Say) -> Any:
    defined = {key: root[key] for key in ("$defs", "definitions") if isinstance(root.get(key), Mapping)}
    types = {f"#/{key}/{name}": kind for key, kinds in defined.items() for name, kind in kinds.items()}
    done: dict[str, Any] = {}

    def node(value: Any, path: Path) -> Any:
        if not isinstance(value, Mapping):
            return value
        parts: dict[str, Any] = {}
        if described := isinstance(value.get("description"), str) and bool(value["description"]):
            parts["description"] = say(path, value["description"])
        if isinstance(fields := value.get("properties"), Mapping):
            parts["properties"] = _changed(fields, {name: node(f, (*path, name)) for name, f in fields.items()})
        for key in ("items", "additionalProperties"):
            if key in value:
                parts[key] = node(value[key], (*path, "[]"))
        for key in ("anyOf", "oneOf", "allOf", "prefixItems"):
            if isinstance(ways := value.get(key), list):
                kept = [node(way, (*path, f"|{n}")) for n, way in enumerate(ways)]
                parts[key] = ways if all(a is b for a, b in zip(kept, ways, strict=True)) else kept
        if (ref := value.get("$ref")) in types and ref not in done:
            done[ref] = types[ref]  # a type may hold itself
            done[ref] = node(types[ref], (*path, "$") if described else path)
        return _changed(value, parts)

    changed = node(root, path)
    kinds = {
        key: _changed(kinds, {name: done[ref] for name in kinds if (ref := f"#/{key}/{name}") in done})
        for key, kinds in defined.items()
    }
    return _changed(changed, kinds)


def _changed(value: Mapping[str, Any], parts: Mapping[str, Any]) -> Any:
    return value if all(value[key] is part for key, part in parts.items()) else {**value, **parts}


def _class(kind: Any, say: Say) -> Any:
    """A pydantic class that tells its schema with other texts; what it reads from an answer is the user's own class."""
    if not hasattr(kind, "model_json_schema"):
        return kind
    schema = kind.model_json_schema()
    told = _schema(schema, (kind.__name__,), say)
    if told is schema:
        return kind

    def model_json_schema(cls: Any, *args: Any, **kwargs: Any) -> Any:
        return _schema(kind.model_json_schema(*args, **kwargs), (kind.__name__,), say)

    body = {"__module__": kind.__module__, "__qualname__": kind.__qualname__, "__doc__": kind.__doc__}
    stand_in = type(kind)(kind.__name__, (kind,), {**body, "model_json_schema": classmethod(model_json_schema)})
    stand_in.__pydantic_validator__ = kind.__pydantic_validator__
    return stand_in


def forms(offered: Any) -> Iterator[Mapping[str, Any]]:
    """The options in which an object of the application can be told to a model: a tool, a schema, or a function."""
    from langchain_core.utils.function_calling import convert_to_openai_tool

    yield {"tools": [convert_to_openai_tool(offered)]}
    if isinstance(offered, type) and hasattr(offered, "model_json_schema"):
        yield {"response_format": offered}
