"""One call of a model."""

from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, convert_to_messages

from .texts import is_conversation, last_question, rendered


def prompt(model, instruction, source, target, demos=()):
    """An instruction, and what stands in the state at source: a text comes out at target."""

    async def run(state):
        return {target: await said(model, instruction, told(state, source), demos)}

    return run


async def said(model, instruction, given, demos=()):
    """The text of the model's answer; demonstrations are turns before the question."""
    turns = convert_to_messages(given) if is_conversation(given) else [HumanMessage(rendered(given))]
    at = last_question(turns)
    shown = [turn for demo in demos for turn in (HumanMessage(demo["input"]), AIMessage(demo["output"]))]
    return str((await model.ainvoke([SystemMessage(instruction), *turns[:at], *shown, *turns[at:]])).text)


def told(state, source):
    """What is read: of one key what it holds, of several all of them with their names."""
    if len(source) == 1:
        return state[source[0]]
    lists = {key: isinstance(state[key], list | tuple) for key in source}
    return "\n\n".join(key + (":\n" if lists[key] else ": ") + rendered(state[key]) for key in source)
