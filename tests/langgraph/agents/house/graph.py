"""The graph: a prebuilt agent that is handed its finished prompt."""

import warnings

from langgraph.graph import START, MessagesState, StateGraph
from model import model

from house import texts


def told(name):
    known = "\n".join(f"-**{entry['name']}**: {entry['description']}" for entry in (texts.ROOMS, texts.LOOK))
    return texts.BEFORE.format(today="Monday") + texts.PROMPTS[name] + "\n" + known


def build():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from langgraph.prebuilt import create_react_agent

        keeper = create_react_agent(model, [texts.LOOK], prompt=told("keep"))
    builder = StateGraph(MessagesState)
    builder.add_node("keep", keeper)
    builder.add_edge(START, "keep")
    return builder.compile()


graph = build()
