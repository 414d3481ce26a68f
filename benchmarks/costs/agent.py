"""The agent that is measured: four nodes, one model call each, thirteen prompts; it imports nothing of ours."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any, TypedDict

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import tool
from langchain_core.utils.function_calling import convert_to_openai_tool
from langgraph.graph import END, START, StateGraph

PLAN = "You plan how a customer's question is to be answered.\nName the steps that have to be taken, one a line."
PLAN_TONE = "Write in short and plain sentences, and never promise what the shop can't keep."
PLAN_RULES = "A plan has three steps at most. The last step always asks whether the customer needs more."
PLAN_ASK = "The customer writes:\n{question}\nWhat is to be done?"
SEARCH = "You look for the paragraphs of our handbook that bear on a question.\nName their titles and nothing else."
SEARCH_RULES = "Where no paragraph fits, say so; a title that does not exist costs us the customer's trust."
SEARCH_ASK = "This is the plan:\n{plan}\nWhich paragraphs do we need?"
ANSWER = "You answer customers of a shop by letter.\nUse the paragraphs that you are given and no other knowledge."
ANSWER_TONE = "Be friendly and exact: name the amount, the day and the address wherever they are known."
ANSWER_ASK = "The paragraphs are:\n{found}\nWrite the letter to the customer."
CHECK = "You check letters before they are sent.\nList what is wrong, unfriendly or missing, or say that it is fine."
CHECK_RULES = "Amounts and days have to agree with the paragraphs; a letter without a greeting is never fine."
CHECK_ASK = "This is the letter:\n{letter}\nCan it be sent?"


class State(TypedDict, total=False):
    """A question, and what has become of it."""

    question: str
    history: list[BaseMessage]
    plan: str
    found: str
    letter: str
    verdict: str


class Fake(BaseChatModel):
    """Answers at once, so that what is measured is everything but the model."""

    @property
    def _llm_type(self) -> str:
        return "fake"

    def _generate(self, messages: Any, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=AIMessage("Done as you asked."))])

    async def _agenerate(self, messages: Any, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> ChatResult:
        await asyncio.sleep(0)  # other runs go on meanwhile
        return self._generate(messages)


model = Fake()


@tool
def order(number: str) -> str:
    """Look up an order.

    Args:
        number: the number on the invoice.
    """
    return number


@tool
def refund(number: str, amount: float) -> str:
    """Give money back to a customer.

    Args:
        number: the number on the invoice.
        amount: how much is given back, in euros.
    """
    return f"{number}: {amount}"


with_tools = model.bind(tools=[convert_to_openai_tool(order), convert_to_openai_tool(refund)])


def _messages(state: State, system: str, asked: str) -> list[BaseMessage]:
    return [SystemMessage(system), *state.get("history", ()), HumanMessage(asked)]


def planning(state: State) -> list[BaseMessage]:
    """What the first node sends."""
    return _messages(state, f"{PLAN}\n{PLAN_TONE}\n{PLAN_RULES}", PLAN_ASK.format(question=state["question"]))


def _searching(state: State) -> list[BaseMessage]:
    return _messages(state, f"{SEARCH}\n{SEARCH_RULES}", SEARCH_ASK.format(plan=state["plan"]))


def _answering(state: State) -> list[BaseMessage]:
    return _messages(state, f"{ANSWER}\n{ANSWER_TONE}", ANSWER_ASK.format(found=state["found"]))


def _checking(state: State) -> list[BaseMessage]:
    return _messages(state, f"{CHECK}\n{CHECK_RULES}", CHECK_ASK.format(letter=state["letter"]))


async def plan(state: State) -> State:
    """Plan."""
    return {"plan": (await model.ainvoke(planning(state))).text}


async def search(state: State) -> State:
    """Search."""
    return {"found": (await model.ainvoke(_searching(state))).text}


async def answer(state: State) -> State:
    """Answer."""
    return {"letter": (await model.ainvoke(_answering(state))).text}


async def check(state: State) -> State:
    """Check."""
    return {"verdict": (await model.ainvoke(_checking(state))).text}


def plan_now(state: State) -> State:
    """Plan, synchronously."""
    return {"plan": model.invoke(planning(state)).text}


def search_now(state: State) -> State:
    """Search, synchronously."""
    return {"found": model.invoke(_searching(state)).text}


def answer_now(state: State) -> State:
    """Answer, synchronously."""
    return {"letter": model.invoke(_answering(state)).text}


def check_now(state: State) -> State:
    """Check, synchronously."""
    return {"verdict": model.invoke(_checking(state)).text}


def _compiled(*nodes: Any) -> Any:
    builder = StateGraph(State)
    names = [START, *(node.__name__ for node in nodes), END]
    for node in nodes:
        builder.add_node(node)
    for before, after in pairwise(names):
        builder.add_edge(before, after)
    return builder.compile()


async def use(state: State) -> State:
    """Ask with tools."""
    return {"verdict": (await with_tools.ainvoke(planning(state))).text}


graph = _compiled(plan, search, answer, check)
graph_now = _compiled(plan_now, search_now, answer_now, check_now)
graph_with_tools = _compiled(use)
NODES = 4
