"""Three wordings of an answer, drawn once or more often; every call made is a line in a file."""

from langgraph.graph import END, START, StateGraph
from tickets import State, model

from llmdl_plugins import Choice, Prompt
from llmdl_plugins.containers.vote import Vote

rules = [model.simulator.world.rule(kind) for kind in range(4)]
wordings = {"none": "Answer.", "two": " ".join(rules[:2]), "all": " ".join(rules)}
prompts = {name: Prompt(model, text, "question", "answer") for name, text in wordings.items()}
voting = Vote(Choice(prompts))
voting.draws.default = 1

builder = StateGraph(State)
builder.add_node("answer", voting)
builder.add_edge(START, "answer")
builder.add_edge("answer", END)
graph = builder.compile()
