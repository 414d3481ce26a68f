"""An agent of `create_agent` that plans and shortens its history with middleware of LangChain's own."""

from langchain.agents import create_agent
from langchain.agents.middleware import SummarizationMiddleware, TodoListMiddleware
from langchain_core.language_models import FakeListChatModel


class Saying(FakeListChatModel):
    def bind_tools(self, tools, **kwargs):
        return self


model = Saying(responses=["Nobody has it."])
graph = create_agent(
    model,
    system_prompt="You keep the keys of the house, and say who has which.",
    middleware=[TodoListMiddleware(), SummarizationMiddleware(model, trigger=("messages", 3), keep=("messages", 1))],
)
