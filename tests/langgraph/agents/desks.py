"""How an application asks a model, in one place for all of its nodes; another module uses it."""

from dataclasses import dataclass
from functools import partial

from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.prompts import ChatPromptTemplate
from model import model


def call_model(task: str, user: str = "", *, name: str = "a model") -> str:
    """Ask once."""
    return model.invoke([SystemMessage(content=task), HumanMessage(content=user or "Go.")]).text


async def ask(instruction: str, story: str, retries: int = 2) -> str:
    """Ask through another function, with more than it is given."""
    for _ in range(retries):
        said = call_model(instruction, user=f"Story: {story}", name="the house model")
    return said


def filled(template: str, **values: str) -> str:
    """Ask with a template."""
    return (ChatPromptTemplate.from_template(template) | model).invoke(values).text


@dataclass
class Desk:
    """A desk has a task of its own."""

    name: str
    task: str

    async def answer(self, story: str) -> str:
        """Ask as this desk."""
        return await ask(self.task, story)


class Editor:
    """An object that nodes ask by its methods."""

    def __init__(self, manner: str) -> None:
        self.manner = manner

    def tell(self, what: str, story: str) -> str:
        """Ask, in a manner."""
        return call_model(what + "\n" + self.manner, story)


proofread = partial(call_model, name="the proofreader")
