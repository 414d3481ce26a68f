"""What a state or an update says, and the same with another text."""

import json
import re

from langchain_core.documents import Document
from langchain_core.messages import AIMessage, BaseMessage, convert_to_messages, get_buffer_string


def rendered(value):
    """A value as text: a list by number, a conversation by who said what, all else as it prints."""
    if isinstance(value, str):
        return value
    if isinstance(value, Document):
        return value.page_content
    if is_conversation(value):
        return get_buffer_string(convert_to_messages(value))
    if isinstance(value, list | tuple):
        return "\n".join(f"[{n}] {rendered(one)}" for n, one in enumerate(value, start=1))
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, dict) else str(value)


def is_conversation(value):
    """Whether it is a list of messages."""
    listed = isinstance(value, list | tuple) and bool(value)
    return listed and all(
        isinstance(one, BaseMessage) or (isinstance(one, dict) and {"role", "content"} <= one.keys()) for one in value
    )


def last_question(messages):
    """Where the last message of the user stands."""
    return max((n for n, message in enumerate(messages) if message.type == "human"), default=len(messages) - 1)


def asked(state, source):
    """The text that a block is asked with: of messages, the last of the user."""
    value = state[source]
    if not is_conversation(value):
        return rendered(value)
    messages = convert_to_messages(value)
    return messages[last_question(messages)].text


def asking(state, source, text):
    """The state with another text at its source."""
    if not is_conversation(state[source]):
        return {**state, source: text}
    messages = convert_to_messages(state[source])
    at = last_question(messages)
    changed = messages[at].model_copy(update={"content": text})
    return {**state, source: [*messages[:at], changed, *messages[at + 1 :]]}


def key_of(update, target=None):
    """The key with what an update says: the given one, its messages, or its last."""
    return target or ("messages" if "messages" in update else list(update)[-1])


def text_of(update, target=None):
    """What an update says, as text."""
    value = update[key_of(update, target)]
    return value[-1].text if is_talk(value) else value.text if isinstance(value, BaseMessage) else rendered(value)


def with_text(update, text, target=None):
    """The update with another text."""
    key = key_of(update, target)
    value = update[key]
    if is_talk(value):
        return {**update, key: [*value[:-1], AIMessage(text)]}
    return {**update, key: AIMessage(text) if isinstance(value, BaseMessage) else text}


def meaning(update, target=None):
    """What two updates share that say the same: case, white space and marks around do not count."""
    value = update[key_of(update, target)]
    is_text = isinstance(value, str | BaseMessage) or is_talk(value)
    text = text_of(update, target) if is_text else json.dumps(value, sort_keys=True, default=str)
    return " ".join(text.casefold().split()).strip(" .!\"'`*")


def is_talk(value):
    """Whether it is a list that ends with a message."""
    return isinstance(value, list | tuple) and bool(value) and isinstance(value[-1], BaseMessage)


def first_number(text):
    """The first number in a text, or 0 where there is none."""
    found = re.search(r"\d+(\.\d+)?", text)
    return float(found.group()) if found else 0.0
