"""The door of tools and retrievers: inside a run that remembers, a recorded outcome is given and the tool rests.

What was recorded comes through a stand-in, so that callbacks and events are as they were at first.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.tools import BaseTool
from pydantic import PrivateAttr

from llmdl_plugins.door import calls, results
from llmdl_plugins.door.answers import without_secrets
from llmdl_plugins.door.classes import Replaced, below, own, unbound
from llmdl_plugins.door.remembering import Entered, aremembered, entering, remembered
from llmdl_plugins.door.scope import Scope, Use
from llmdl_plugins.door.uses import UnderWay
from llmdl_plugins.plain import digest, plain

_CONTROL = "GraphBubbleUp"  # of langgraph: an interrupt or a command to the graph above, no error of a tool
_FACES = {BaseTool: ("run", "arun"), BaseRetriever: ("invoke", "ainvoke")}
_OVERRIDES = {BaseTool: ("run", "arun", "invoke", "ainvoke"), BaseRetriever: ("invoke", "ainvoke")}
_bare: dict[tuple[type, str], Callable[..., Any]] = {}


def meet(replaced: Replaced) -> None:
    """Put the door before the public methods, and before those of subclasses that write their own."""
    for kind, name, method in _methods():
        if (kind, name) in replaced:
            continue
        original = unbound(method)
        if kind in _FACES:
            _bare[kind, name] = original
        face = _asynchronous if name.startswith("a") else _synchronous
        replaced.put(kind, name, functools.wraps(original)(face(original, name)))


def _methods() -> Iterator[tuple[type, str, Any]]:
    for base, names in _FACES.items():
        yield from ((base, name, vars(base)[name]) for name in names)
        for kind in below(base):
            # What langchain_core overrides itself comes through run() and arun() all the same.
            for name in names if kind.__module__.startswith("langchain_core.") else _OVERRIDES[base]:
                if (method := own(base, kind, name)) is not None:
                    yield kind, name, method


def _use_of(tool: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Callable[[Scope, str], Use]:
    return lambda here, path: _use(here, tool, _first(args, kwargs), kwargs, path)


def _use(here: Scope, tool: Any, given: Any, kwargs: Mapping[str, Any], path: str) -> Use:
    call_id = kwargs.get("tool_call_id")
    if isinstance(given, dict) and given.get("type") == "tool_call":
        given, call_id = given.get("args"), given.get("id")
    injected: dict[str, Any] = {}
    if isinstance(tool, BaseRetriever):
        name, arguments = tool.get_name(), {"query": given, **_settings(tool), **_given(kwargs)}
    else:
        name, arguments = tool.name, given
        if isinstance(given, dict):
            arguments = tool._filter_injected_args(given)
            injected = {k: v for k, v in given.items() if k not in arguments}
    asked = digest("tool", name, arguments, path)
    return Use(name, plain(arguments), path, calls.turn(here, asked), injected, call_id)


def _given(kwargs: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in kwargs.items() if k not in ("input", "config", "run_id")}


def _first(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """What a tool or retriever is asked, given by place or by name."""
    return args[0] if args else kwargs.get("tool_input", kwargs.get("input"))


def _settings(retriever: BaseRetriever) -> dict[str, Any]:
    """What tells two retrievers of one class apart, as far as it is plain and doesn't grow while they work."""
    held = {k: v for k, v in vars(retriever).items() if _is_setting(v)}
    return {"settings": without_secrets(plain({**held, "tags": retriever.tags}))}


def _is_setting(value: Any) -> bool:
    if isinstance(value, dict):
        return all(isinstance(k, str) and _is_setting(v) for k, v in value.items())
    return isinstance(value, str | int | float)


def _synchronous(original: Callable[..., Any], name: str) -> Callable[..., Any]:
    def face(self: Any, *args: Any, **kwargs: Any) -> Any:
        if (entered := entering(self, _use_of(self, args, kwargs))) is None:
            return original(self, *args, **kwargs)

        def run(tool: Any) -> Any:
            return (original if tool is self else _own(self, name))(tool, *args, **kwargs)

        return remembered(entered, self, run, functools.partial(_stand_in, self), _failed)

    return face


def _asynchronous(original: Callable[..., Any], name: str) -> Callable[..., Any]:
    async def face(self: Any, *args: Any, **kwargs: Any) -> Any:
        if (entered := entering(self, _use_of(self, args, kwargs))) is None:
            return await original(self, *args, **kwargs)

        async def run(tool: Any) -> Any:
            return await (original if tool is self else _own(self, name))(tool, *args, **kwargs)

        return await aremembered(entered, self, run, functools.partial(_stand_in, self), _failed)

    return face


def _failed(entered: Entered, under_way: UnderWay, error: Exception) -> Any:
    tools, use, _ = entered
    if any(kind.__name__ == _CONTROL for kind in type(error).__mro__):
        return None
    return tools.asked(use) if under_way.asked else tools.failed(use, error)


def _own(tool: Any, name: str) -> Callable[..., Any]:
    """The method of the base class: what a subclass does around it has been done when the record was made."""
    base = BaseTool if isinstance(tool, BaseTool) else BaseRetriever
    return _bare.get((base, name)) or vars(base)[name]


def _stand_in(tool: Any, outcome: Any, use: Use) -> Any:
    if isinstance(tool, BaseRetriever):
        retriever = _RecordedRetriever(tags=tool.tags, metadata=tool.metadata)
        retriever._retriever, retriever._outcome = tool, outcome
        return retriever
    told = {"name": tool.name, "description": tool.description, "callbacks": tool.callbacks, "tags": tool.tags}
    stand_in = _RecordedTool(**told, metadata=tool.metadata, verbose=tool.verbose)
    stand_in._tool, stand_in._outcome, stand_in._call_id = tool, outcome, use.call_id
    return stand_in


def _given_again(outcome: Any, call_id: str | None = None) -> Any:
    if "error" in outcome:
        raise results.error_of(outcome["error"])
    return results.restore(results.readdressed(outcome["result"], outcome.get("call_id"), call_id))


class _RecordedTool(BaseTool):
    """Stands in for a tool and gives what that tool gave before, through the same callbacks."""

    _tool: BaseTool = PrivateAttr()
    _outcome: Any = PrivateAttr()
    _call_id: str | None = PrivateAttr(default=None)

    def _filter_injected_args(self, tool_input: dict[str, Any]) -> dict[str, Any]:
        return self._tool._filter_injected_args(tool_input)

    def _to_args_and_kwargs(self, tool_input: Any, tool_call_id: str | None) -> tuple[tuple[()], dict[str, Any]]:
        return (), {}  # they were checked when the record was made

    def _run(self) -> Any:
        return _given_again(self._outcome, self._call_id)

    async def _arun(self) -> Any:
        return self._run()


class _RecordedRetriever(BaseRetriever):
    """The same for a retriever."""

    _retriever: BaseRetriever = PrivateAttr()
    _outcome: Any = PrivateAttr()

    def get_name(self, suffix: str | None = None, *, name: str | None = None) -> str:
        return self._retriever.get_name(suffix, name=name)

    def _get_ls_params(self, **kwargs: Any) -> Any:
        return self._retriever._get_ls_params(**kwargs)

    def _get_relevant_documents(self, query: str, *, run_manager: Any) -> list[Document]:
        return _given_again(self._outcome)  # type: ignore[no-any-return]

    async def _aget_relevant_documents(self, query: str, *, run_manager: Any) -> list[Document]:
        return self._get_relevant_documents(query, run_manager=run_manager)
