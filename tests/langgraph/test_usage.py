"""What the source does with a text tells whether it is a prompt: the roles, calls and keys around it, not its name."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from llmdl_langgraph.finding.prompts import looks_like_prompt
from llmdl_langgraph.finding.usage import usage
from llmdl_langgraph.reading.source import Source


def prompts(text: str) -> set[str]:
    source = Source(ModuleType("app"), Path("app.py"), text)
    used = usage((source,))
    return {site.text for site in source.sites if looks_like_prompt(site, used)}


PROMPT = "You are kind to all."


@pytest.mark.parametrize(
    "source",
    [
        'm = {"role": "system", "content": "You are kind to all."}\nprint(m["content"])',
        'content = "You are kind to all."\nprint(content)\nllm.invoke([SystemMessage(content=content)])',
        'def f():\n    content = "You are kind to all."\n    print(content)\n    return ("user", content)',
        'x = "You are kind to all."\ny = x + "\\n"\nllm.invoke(y)',
        'llm.invoke([("system", "You are kind to all.")])',
        'RULES = "You are kind to all."\nagent = create_react_agent(llm, [], prompt=RULES)',
        'def f(self):\n    self.told = "You are kind to all."\ndef g(self):\n    llm.invoke(self.told)',
        'def told():\n    return "You are kind to all."\nllm.invoke(told())',
        'from a import told as said\ntold = "You are kind to all."\nllm.invoke(said)',
        'a = {"role": role, "content": "You are kind to all."}',
    ],
)
def test_what_becomes_part_of_a_message_is_a_prompt(source: str) -> None:
    assert PROMPT in prompts(source)


@pytest.mark.parametrize(
    "source",
    [
        'x = "You are kind to all."\nprint(x)',
        'm = {"role": "tool", "content": "You are kind to all."}',
        'm = {"role": "assistant", "content": "You are kind to all."}',
        'schema = {"name": "greet", "description": "You are kind to all."}',
        'schema = {"a": {"type": "string", "description": "You are kind to all."}}\nllm.invoke(schema)',
        'raise ValueError("You are kind to all.")',
        'answer = llm.invoke("Hi")\nlog.info("You are kind to all.")',
        'class A(BaseModel):\n    x: str = Field(description="You are kind to all.")',
        'def f():\n    """You are kind to all."""',
        'builder.add_node("You are kind to all.", f)',
        'graph.invoke({"question": "You are kind to all."})',
    ],
)
def test_what_does_not_is_none(source: str) -> None:
    assert PROMPT not in prompts(source)


def test_parts_that_are_put_together_are_one_prompt() -> None:
    assert prompts('def f(a):\n    llm.invoke("You are " + a + ", and kind to " + "all.")') == {
        "You are {a}, and kind to all."
    }


def test_texts_in_the_code_of_another_are_prompts_of_their_own() -> None:
    found = prompts('def f(a):\n    llm.invoke("You are " + ("kind" if a else "good") + " to all of them.")')
    assert "You are {'kind' if a else 'good'} to all of them." in found
