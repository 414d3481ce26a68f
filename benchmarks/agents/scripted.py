"""The scripted chat model: says what the run's answers say, makes up arguments from schemas, notes every call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import ConfigDict

TEXT = "a scripted answer"
SETTINGS = ("model", "model_name", "temperature", "max_tokens", "tags", "metadata", "name")


@dataclass
class Script:
    """What the model says during one run, and what it was sent."""

    answers: Mapping[str, Any] = field(default_factory=dict)
    calls: list[dict[str, Any]] = field(default_factory=list)
    said: dict[str, int] = field(default_factory=dict)

    def arguments(self, tool: str, schema: Mapping[str, Any]) -> Any:
        """The arguments of a call; a list of several holds one for each call, the last for the rest."""
        return self._next(tool, self.answers[tool]) if tool in self.answers else made_up(schema)

    def text(self, messages: Sequence[BaseMessage]) -> str:
        """The text of an answer: a text, a list of them, or a function of the messages."""
        said = self._next("_text", self.answers.get("_text", TEXT))
        return str(said(messages) if callable(said) else said)

    def preferred(self, key: str, tools: Mapping[str, Any], messages: Sequence[BaseMessage]) -> str | None:
        """The first of those named under "_first" or "_final" that is offered; "_text", no tool, always is."""
        wanted = self.answers.get(key, ())
        wanted = wanted(messages) if callable(wanted) else wanted
        return next(
            (name for name in ([wanted] if isinstance(wanted, str) else wanted) if name in (*tools, "_text")), None
        )

    def _next(self, key: str, said: Any) -> Any:
        if not isinstance(said, list):
            return said
        self.said[key] = self.said.get(key, -1) + 1
        return said[min(self.said[key], len(said) - 1)]


_script: ContextVar[Script | None] = ContextVar("script", default=None)
_last = [Script()]  # for threads of the agent's own, which see no context


def script() -> Script:
    """The script in force."""
    return _script.get() or _last[0]


@contextmanager
def playing(played: Script) -> Iterator[Script]:
    """Put a script in force."""
    token, _last[0] = _script.set(played), played
    try:
        yield played
    finally:
        _script.reset(token)


def note(messages: Sequence[BaseMessage], tools: Sequence[Any] = ()) -> None:
    """Note a call; stand-ins of other SDKs call this too."""
    script().calls.append({"messages": [_plain(message) for message in messages], "tools": list(tools)})


def _plain(message: BaseMessage) -> dict[str, Any]:
    calls = [{"name": call["name"], "args": call["args"]} for call in getattr(message, "tool_calls", ())]
    return {"role": message.type, "content": message.content, **({"tool_calls": calls} if calls else {})}


class ScriptedChat(BaseChatModel):
    """Stands in for every chat model; takes any arguments."""

    model_config = ConfigDict(extra="allow", arbitrary_types_allowed=True)
    model: str = "scripted"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        given = {key: value for key, value in kwargs.items() if key in SETTINGS and value is not None}
        super().__init__(**{**given, "model": str(given.get("model", "scripted"))})

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Sequence[Any], *, tool_choice: Any = None, **kwargs: Any) -> Runnable[Any, AIMessage]:
        """Offer tools; provider's own tools are left out."""
        known = [
            tool for tool in tools if not (isinstance(tool, dict) and "name" not in tool and "function" not in tool)
        ]
        return self.bind(tools=[convert_to_openai_tool(tool) for tool in known], tool_choice=tool_choice)

    def with_structured_output(self, schema: Any, *, include_raw: bool = False, **kwargs: Any) -> Runnable[Any, Any]:
        """As the class above; said here as providers say it, since fallbacks look at the types of its signature."""
        return super().with_structured_output(schema, include_raw=include_raw, **kwargs)

    def get_token_ids(self, text: str) -> list[int]:
        """One token a word: no tokenizer is downloaded."""
        return list(range(len(text.split())))

    def get_num_tokens_from_messages(self, messages: list[BaseMessage], tools: Any = None) -> int:
        """The words of the messages."""
        return sum(len(str(message.content).split()) for message in messages)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        tools = kwargs.get("tools") or []
        note(messages, tools)
        answer = answered(messages, {t["function"]["name"]: t["function"] for t in tools}, kwargs.get("tool_choice"))
        return ChatResult(generations=[ChatGeneration(message=answer)])


def answered(messages: Sequence[BaseMessage], tools: Mapping[str, Any], choice: Any) -> AIMessage:
    """What the script in force says to these messages."""
    now = script()
    usage = {"input_tokens": 10, "output_tokens": 2, "total_tokens": 12}
    if (name := _tool(now, messages, tools, choice)) is None:
        return AIMessage(now.text(messages), usage_metadata=usage)
    arguments = now.arguments(name, tools[name].get("parameters", {}))
    call = {"name": name, "args": arguments, "id": f"call_{len(now.calls)}"}
    return AIMessage("", tool_calls=[call], usage_metadata=usage)


def _tool(now: Script, messages: Sequence[BaseMessage], tools: Mapping[str, Any], choice: Any) -> str | None:
    """Which tool is called: the one asked for, "_final" once a tool has answered, else "_first" or the first."""
    forced = choice.get("function", {}).get("name") if isinstance(choice, dict) else choice
    if forced in tools:
        return str(forced)
    seen = any(message.type == "tool" for message in messages)
    ends = seen and choice not in ("any", "required", True)
    chosen = now.preferred("_final", tools, messages) if seen else None
    chosen = chosen or (None if ends else now.preferred("_first", tools, messages))
    return None if chosen == "_text" or not tools or (ends and not chosen) else chosen or next(iter(tools))


def made_up(
    schema: Mapping[str, Any], key: str = "value", known: Mapping[str, Any] | None = None, depth: int = 0
) -> Any:
    """A value that fits a JSON schema."""
    known = known or schema.get("$defs") or schema.get("definitions") or {}
    inside: Callable[[Any, str], Any] = lambda one, name: made_up(one, name, known, depth + 1)  # noqa: E731
    for several in ("allOf", "anyOf", "oneOf"):
        if schema.get(several):
            return inside(schema[several][0], key)
    match schema:
        case {"$ref": ref}:
            return inside(known[ref.rsplit("/", 1)[-1]], key)
        case {"const": value} | {"enum": [value, *_]}:
            return value
        case {"properties": properties}:
            return {name: inside(one, name) for name, one in properties.items()}
        case {"format": "date-time"}:
            return "2030-01-01T10:00:00"
        case {"format": "date"}:
            return "2030-01-01"
        case {"type": "array"}:
            return [inside(schema.get("items", {"type": "string"}), key)] if depth < 6 else []
    return {"object": {}, "boolean": True, "integer": 1, "number": 1, "null": None}.get(
        schema.get("type", ""), f"scripted {key}"
    )
