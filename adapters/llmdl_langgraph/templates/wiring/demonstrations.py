"""Worked examples in front of what a block reads."""

from langchain_core.messages import AIMessage, HumanMessage, convert_to_messages

from .texts import last_question


def demonstrations(inner, source, demos):
    """Inner on the state with the examples in it."""

    async def run(state):
        return await inner(shown(state, source, demos))

    return run


def shown(state, source, demos):
    """The state with examples in front of what stands at source."""
    if not demos:
        return state
    value = state[source]
    if isinstance(value, str):
        return {
            **state,
            source: "\n\n".join([*(f"Example: {d['input']}\nAnswer: {d['output']}" for d in demos), value]),
        }
    messages = convert_to_messages(value)
    at = last_question(messages)
    turns = [turn for d in demos for turn in (HumanMessage(d["input"]), AIMessage(d["output"]))]
    return {**state, source: [*messages[:at], *turns, *messages[at:]]}
