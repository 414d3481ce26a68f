"""Messages that begin with a label and a value, whole; the same words amid others are none of them."""

from typing import TypedDict

from langchain_core.messages import HumanMessage
from langchain_core.prompts import ChatPromptTemplate
from langgraph.graph import END, START, StateGraph
from model import model

TOPIC = ChatPromptTemplate.from_messages(
    [("system", "Say in one word what it is about."), ("human", "Asked topic: {topic}")]
)


class State(TypedDict, total=False):
    question: str
    quoted: str
    said: str


def ask(state: State) -> State:
    messages = [
        {"role": "system", "content": "Answer what is asked, in as few words as you can find."},
        {"role": "user", "content": f"research question: {state['question']}"},
    ]
    return {"said": model.invoke(messages).text}


def name(state: State) -> State:
    return {"said": (TOPIC | model).invoke({"topic": state["question"]}).text}


def quote(state: State) -> State:
    lines = "\n".join(f"given answer: {said}" for said in [state["said"]])
    asked = HumanMessage(f"Here is what somebody wrote to us, word for word: {state['quoted']}\n{lines}")
    return {"said": model.invoke([asked]).text}


def sign(state: State) -> State:
    name = "Ada"
    return {"said": model.invoke([HumanMessage(f"Sender: {name}")]).text}


def letter_to(letter: str, readers: list[str]) -> str:
    text = f"Letter to answer: {letter}"
    if readers:
        text += f"\n\nReaders: {', '.join(['Ada', 'Bob'])}"
    return text


def compose(state: State) -> State:
    return {"said": model.invoke([HumanMessage(letter_to(state["question"], ["Ada"]))]).text}


builder = StateGraph(State)
for label, node in {"ask": ask, "name": name, "quote": quote, "sign": sign, "compose": compose}.items():
    builder.add_node(label, node)
builder.add_edge(START, "ask")
builder.add_edge("ask", "name")
builder.add_edge("name", "quote")
builder.add_edge("quote", "sign")
builder.add_edge("sign", "compose")
builder.add_edge("compose", END)
graph = builder.compile()
