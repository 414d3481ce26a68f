"""Whether a text is all of a message is read from where the source takes it, over names, methods and arguments."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmdl_langgraph.finding.alone import Alone

from .test_prompt_files import source

PROMPT = 'PROMPT = "You sort the mail. The day is {day}."\n'
ALONE = [
    "def node(state): return model.invoke([SystemMessage(PROMPT.format(day=1)), state])",
    "def node(state): return model.invoke(PROMPT.format(day=1))",
    "def node(state):\n    system = PROMPT.format(day=1).strip()\n    print(system)\n    return [('system', system)]",
    "def node(state): return {'role': 'system', 'content': PROMPT % 1}",
    "def node(state): return SystemMessage(content=(PROMPT or '').format(day=1))",
    "def ask(system, text): return model.invoke([SystemMessage(system), text])\n"
    "def node(state): return ask(PROMPT.format(day=1), state)",
    "def told(day): return PROMPT.format(day=day)\ndef node(state): return HumanMessage(told(1))",
    "class Desk:\n    def __init__(self): self.told = PROMPT.format(day=1)\n"
    "    def node(self, state): return SystemMessage(self.told)",
    "chat = ChatPromptTemplate.from_messages([('system', PROMPT), MessagesPlaceholder('messages')])",
    "chat = ChatPromptTemplate.from_template(PROMPT) | model",
    "chat = PromptTemplate(template=PROMPT)\ndef node(state): return model.invoke(chat.format(day=1))",
    "agent = create_react_agent(model, tools, prompt=PROMPT)",
]
AMID = [
    "def node(state): return SystemMessage(PROMPT.format(day=1) + state['more'])",
    "def node(state): return SystemMessage(f'{PROMPT.format(day=1)}\\n{state}')",
    "def node(state): return SystemMessage('\\n'.join([PROMPT.format(day=1), state]))",
    "def node(state):\n    told = PROMPT.format(day=1)\n    told += state['more']\n    return SystemMessage(told)",
    "def node(state):\n    system = PROMPT.format(day=1)\n    return SystemMessage(system), save(system)",
    "def node(state): return SystemMessage(LAYOUT.format(PROMPT.format(day=1)))",
    "def ask(system, text): return model.invoke([SystemMessage(system + text)])\n"
    "def node(state): return ask(PROMPT.format(day=1), state)",
    "def told(day): return PROMPT.format(day=day)\ndef node(state): return HumanMessage(told(1) + told(2))",
    "def node(state): return SystemMessage(PROMPT.format(day=1)), HumanMessage(PROMPT.format(day=1) + state)",
    "chat = PromptTemplate(template=PROMPT)\ndef node(state): return model.invoke(chat.format(day=1) + state)",
    "def node(state): return {'told': PROMPT.format(day=1)}",
    "",
]


@pytest.mark.parametrize("code", ALONE)
def test_a_text_that_nothing_is_put_around_is_alone(code: str, tmp_path: Path) -> None:
    app = source(tmp_path / "app.py", PROMPT + code)
    assert Alone([app])(next(site for site in app.sites if site.name == "PROMPT"))


@pytest.mark.parametrize("code", AMID)
def test_a_text_that_something_may_be_put_around_is_not(code: str, tmp_path: Path) -> None:
    app = source(tmp_path / "app.py", PROMPT + code)
    assert not Alone([app])(next(site for site in app.sites if site.name == "PROMPT"))
