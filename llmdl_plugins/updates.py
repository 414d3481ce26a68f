"""What an update says: its text, whether two say the same, and the same update with another text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, convert_to_messages

from llmdl_plugins.errors import MisuseError
from llmdl_plugins.module import Module
from llmdl_plugins.plain import dumps, plain
from llmdl_plugins.prompting import is_conversation, last_question, rendered
from llmdl_plugins.sayings import bare


def key_of(update: Any, target: str | None = None) -> str:
    """The key that holds what an update says: the given one, its messages, or its last.

    Raises:
        MisuseError: the update has no such key, or is none.
    """
    if not isinstance(update, Mapping) or not update:
        raise MisuseError(
            f"A node gave {type(update).__name__ if not isinstance(update, Mapping) else 'an empty update'}, and a "
            "container needs an update with a value by its key: put it around a node that writes to the state."
        )
    found = target or ("messages" if "messages" in update else list(update)[-1])
    if found not in update:
        raise MisuseError(f"An update has the keys {sorted(update)}, not {found!r}: give the target that it writes.")
    return found


def text_of(update: Any, target: str | None = None) -> str:
    """What an update says, as text.

    >>> text_of({"label": "billing"})
    'billing'
    """
    value = update[key_of(update, target)]
    return value[-1].text if _is_talk(value) else value.text if isinstance(value, BaseMessage) else rendered(value)


def meaning(update: Any, target: str | None = None) -> str:
    """What two updates share that say the same: case, white space and marks around do not count.

    >>> meaning({"label": " Billing. "})
    'billing'
    """
    value = update[key_of(update, target)]
    text = text_of(update, target) if isinstance(value, str | BaseMessage) or _is_talk(value) else dumps(plain(value))
    return bare(" ".join(text.split()))


def with_text(update: Mapping[str, Any], text: str, target: str | None = None) -> dict[str, Any]:
    """The update with another text.

    Raises:
        MisuseError: what it holds is no text and no message.
    """
    key = key_of(update, target)
    value = update[key]
    if isinstance(value, str):
        return {**update, key: text}
    if isinstance(value, BaseMessage):
        return {**update, key: AIMessage(text)}
    if _is_talk(value):
        return {**update, key: [*value[:-1], AIMessage(text)]}
    raise MisuseError(
        f"{key!r} holds a {type(value).__name__}, and only a text or a message can be written anew: "
        "take a container that selects (Vote), or put it around another node."
    )


def asked(state: Mapping[str, Any], source: str) -> str:
    """The text that a node is asked with: state[source], or of messages the last of the user.

    Raises:
        MisuseError: the state has no such key.
    """
    value = _held(state, source)
    if not is_conversation(value):
        return rendered(value)
    messages = convert_to_messages(value)
    return messages[last_question(messages)].text


def asking(state: Mapping[str, Any], source: str, text: str) -> dict[str, Any]:
    """The state with another text at source."""
    value = _held(state, source)
    if not is_conversation(value):
        return {**state, source: text}
    messages = convert_to_messages(value)
    at = last_question(messages)
    changed = messages[at].model_copy(update={"content": text})
    return {**state, source: [*messages[:at], changed, *messages[at + 1 :]]}


async def answered(inner: Module, told: Mapping[str, Any], source: str, state: Mapping[str, Any]) -> Any:
    """The update of a block that is told something else at source than the state has, without what only it was told."""
    return _untold(await inner.ainvoke(told), source, told, state)


def _untold(update: Any, source: str, told: Mapping[str, Any], state: Mapping[str, Any]) -> Any:
    """The update of a block that was told something else at source, without what only it was told.

    A block that gives the whole conversation back, as agents do, would write into it what it was told.

    >>> asked, told = {"talk": [("user", "Hi.")]}, {"talk": [{"role": "user", "content": "Hi, be brief."}]}
    >>> update = {"talk": [*convert_to_messages(told["talk"]), AIMessage("Yes?")]}
    >>> _untold(update, "talk", told, asked)["talk"][0]
    ('user', 'Hi.')
    """
    said = update.get(source, ()) if isinstance(update, Mapping) else ()
    if told is state or not _is_talk(said) or not is_conversation(told[source]):
        return update
    given = [(message.type, message.content) for message in convert_to_messages(told[source])]
    if [(message.type, message.content) for message in said[: len(given)]] != given:
        return update
    return {**update, source: [*state[source], *said[len(given) :]]}


def _held(state: Mapping[str, Any], source: str) -> Any:
    if source not in state:
        raise MisuseError(f"The state has no {source!r} (it has {', '.join(sorted(state))}): name the key to read.")
    return state[source]


def _is_talk(value: Any) -> bool:
    return isinstance(value, Sequence) and bool(value) and isinstance(value[-1], BaseMessage)
