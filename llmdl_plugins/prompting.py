"""What a layer says to its model: an instruction, worked examples, and what it reads of the state."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.documents import Document
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    convert_to_messages,
    get_buffer_string,
)
from langchain_core.runnables import Runnable

from llmdl_plugins.errors import MisuseError
from llmdl_plugins.plain import plain

Demos = Sequence[Mapping[str, str]]


def checked_model(owner: str, model: object) -> None:
    """Raise MisuseError where a model is none that could be asked."""
    if not isinstance(model, Runnable):
        raise MisuseError(
            f"{owner} needs a chat model, and was given a {type(model).__name__}: of a name, "
            "langchain.chat_models.init_chat_model makes one."
        )


async def said(model: BaseChatModel, instruction: str, given: Any, demos: Demos = ()) -> str:
    """The text of the model's answer; one call.

    Args:
        instruction: the system message.
        given: a text, or the messages of a conversation.
        demos: worked examples, shown as turns before the question.
    """
    answer = await model.ainvoke(asking(instruction, given, demos))
    return answer.content if type(answer.content) is str else str(answer.text)


def asking(instruction: str, given: Any, demos: Demos = ()) -> list[BaseMessage]:
    """The messages of one call."""
    turns = convert_to_messages(given) if is_conversation(given) else [HumanMessage(rendered(given))]
    return [SystemMessage(instruction), *(with_examples(turns, demos) if demos else turns)]


def with_examples(given: Sequence[Any], demos: Demos) -> list[BaseMessage]:
    """Messages with worked examples as turns before the last message of the user."""
    messages = convert_to_messages(given)
    at = last_question(messages)
    turns = [turn for d in demos for turn in (HumanMessage(d["input"]), AIMessage(d["output"]))]
    return [*messages[:at], *turns, *messages[at:]]


def last_question(messages: Sequence[BaseMessage]) -> int:
    """Where the last message of the user stands."""
    return max((n for n, m in enumerate(messages) if m.type == "human"), default=len(messages) - 1)


def told(state: Mapping[str, Any], keys: Sequence[str]) -> Any:
    """What a layer reads: of one key what it holds, of several all of them with their names.

    >>> print(told({"question": "Who?", "notes": ["Ada", "Bob"]}, ["question", "notes"]))
    question: Who?
    <BLANKLINE>
    notes:
    [1] Ada
    [2] Bob
    """
    if len(keys) == 1:
        return state[keys[0]]
    return "\n\n".join(key + (":\n" if listed(state[key]) else ": ") + rendered(state[key]) for key in keys)


def rendered(value: Any) -> str:
    """A value as text: a list by number, a conversation by who said what, all else as it prints."""
    if isinstance(value, str):
        return value
    if isinstance(value, Document):
        return value.page_content
    if is_conversation(value):
        return get_buffer_string(convert_to_messages(value))
    if listed(value):
        return "\n".join(f"[{n}] {rendered(one)}" for n, one in enumerate(value, start=1))
    return json.dumps(plain(value), ensure_ascii=False) if isinstance(value, dict) else str(value)


def listed(value: Any) -> bool:
    """Whether it is a list of things, no text."""
    return isinstance(value, list | tuple)


def is_conversation(value: Any) -> bool:
    """Whether it is a list of messages, also as a data file has them."""
    return listed(value) and bool(value) and all(_is_message(one) for one in value)


def _is_message(value: Any) -> bool:
    return isinstance(value, BaseMessage) or (isinstance(value, dict) and {"role", "content"} <= value.keys())
