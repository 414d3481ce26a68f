"""Teams as packages on top of LangGraph make them: a supervisor and a swarm; and the functional API."""

from typing import Any

from langchain.agents import create_agent
from langchain_core.messages import AIMessage
from langgraph.func import entrypoint, task
from langgraph_supervisor import create_supervisor
from langgraph_swarm import create_handoff_tool, create_swarm
from model import Scripted

FINISHED = "You finish letters: close each with a greeting."


def _say(messages: Any) -> AIMessage:
    """Each hands over to the other once."""
    told, said = messages[0].text, [m for m in messages if m.type == "ai"]
    if told.startswith("You lead the writers") and len(said) < 1:
        return AIMessage("", tool_calls=[{"name": "transfer_to_writer", "args": {}, "id": "1"}])
    if told.startswith("You greet guests") and len(said) < 1:
        return AIMessage("", tool_calls=[{"name": "transfer_to_cook", "args": {}, "id": "2"}])
    return AIMessage("Here it is, as you wished.")


model = Scripted(say=_say)

writer = create_agent(model, [], system_prompt="You write letters, one page each.", name="writer")
supervised = create_supervisor([writer], model=model, prompt="You lead the writers of letters.").compile()

greeter = create_agent(
    model,
    [create_handoff_tool(agent_name="cook")],
    system_prompt="You greet guests at the door of an inn.",
    name="greeter",
)
cook = create_agent(model, [], system_prompt="You cook for the guests of an inn.", name="cook")
swarm = create_swarm([greeter, cook], default_active_agent="greeter").compile()


@task
def draft(asked: str) -> str:
    return model.invoke([("system", "You draft letters in a functional way."), ("user", asked)]).text


@entrypoint()
def functional(inputs: dict[str, Any]) -> str:
    text = draft(inputs["asked"]).result()
    return model.invoke([("system", FINISHED), ("user", f"Letter to finish: {text}")]).text
