"""A user's application, as a chain and as a graph, and the model behind both."""

import os
from typing import Any, TypedDict

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.prompts import ChatPromptTemplate
from langgraph.graph import END, START, StateGraph
from pydantic import Field

SYSTEM = "You answer with one word."


def _say(messages: Any) -> str:
    if "one word" not in messages[0].text:
        return os.environ.get("SAID", "")  # to whom the application does not ask
    return f"{len(messages)} messages, {sum(len(message.text) for message in messages)} characters"


class Model(BaseChatModel):
    """Says what a function of the messages says, and keeps what it was asked."""

    say: Any = _say
    calls: list[Any] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "counting"

    def _generate(self, messages: Any, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> ChatResult:
        self.calls.append([[message.type, message.text] for message in messages])
        return ChatResult(generations=[ChatGeneration(message=AIMessage(self.say(messages)))])


model = Model()
PROMPT = ChatPromptTemplate.from_messages([("system", "You say one word."), ("user", "{question}")])
chain = PROMPT | model | StrOutputParser()
READ = ChatPromptTemplate.from_messages([("system", "You read, and say one word."), ("user", "{text}\n\n{question}")])
reader = READ | model | StrOutputParser()


class State(TypedDict, total=False):
    question: str
    text: str
    answer: str
    signed: str


def answer(state: State) -> State:
    return {"answer": model.invoke([("system", SYSTEM), ("user", state["question"])]).text}


def sign(state: State) -> State:
    return {"signed": f"{state['answer']} — the desk"}


builder = StateGraph(State).add_node("answer", answer).add_node("sign", sign)
graph = builder.add_edge(START, "answer").add_edge("answer", "sign").add_edge("sign", END).compile()
