"""What is sent and is no prompt: what users give, what models and tools answer, how items are laid out."""

from typing import TypedDict

from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_core.tools import tool
from langgraph.graph import END, START, StateGraph
from model import Scripted

ANSWER = "I have sorted it all for you, dear customer of the house."
FOUND = "The cabinet holds three old letters and a key."
QUESTION = "Where did I put the letters of my dear aunt?"
TONE = "short and friendly words"
SHOUTED = "never promise any money"
EXAMPLE_ANSWER = "The letters are in the second drawer, as ever."
SYSTEM_PROMPT = "You look after a house and everything that is in it, and you know where things are."
SORRY_PROMPT = "Say in the kindest words that you have that you can't look for things today."

model = Scripted(say=lambda messages: ANSWER)


class State(TypedDict, total=False):
    question: str
    items: list[dict[str, str]]
    closed: bool
    found: str
    said: str


@tool
def look(question: str) -> str:
    """Look for what is asked for."""
    return FOUND if question == QUESTION else "Nothing was found in the whole of the house."


def search(state: State) -> State:
    return {"found": look.invoke({"question": state["question"]})}


def answer(state: State) -> State:
    if state.get("closed"):
        return {"said": model.invoke([SystemMessage(SORRY_PROMPT)]).text}
    listed = "\n".join(f"Description: {item['name']}\nWhereabouts: {item['place']}" for item in state["items"])
    messages = [
        SystemMessage(SYSTEM_PROMPT + "\n" + SHOUTED.upper() + "\n" + TONE),
        HumanMessage("Where is the first letter that I got from you?"),
        AIMessage(EXAMPLE_ANSWER),
        HumanMessage(f"These are the things in the house now:\n{listed}\n\nThis is asked: {state['question']}"),
    ]
    return {"said": model.invoke(messages).text}


def repeat(state: State) -> State:
    if state["said"] == ANSWER:
        history = [HumanMessage(state["question"]), AIMessage(state["said"]), HumanMessage(state["found"])]
        return {"said": model.invoke([*history, HumanMessage("Say the same again, but in fewer words, please.")]).text}
    return {}


builder = StateGraph(State)
for name, node in {"search": search, "answer": answer, "repeat": repeat}.items():
    builder.add_node(name, node)
builder.add_edge(START, "search")
builder.add_edge("search", "answer")
builder.add_edge("answer", "repeat")
builder.add_edge("repeat", END)
graph = builder.compile()
