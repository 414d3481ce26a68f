"""What the pages say: their code runs as written, also where an event loop is running, and links lead somewhere."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from llmdl_plugins.plugins.catalogue import catalogue
from llmdl_plugins.plugins.spec import Spec
from llmdl_plugins.testing import ScriptedChat

ROOT = Path(__file__).parent.parent
LINK = re.compile(r"\]\(([^)\s]+)\)")
AGENT = """
from typing import TypedDict
from langchain_core.messages import HumanMessage, SystemMessage
from langgraph.graph import END, START, StateGraph
from models import answering

SYSTEM_PROMPT = "You plan how a ticket is answered. Write the plan in one line."
ANSWER_PROMPT = "You answer the ticket of a customer with one word, as the plan says."


class State(TypedDict):
    ticket: str
    plan: str
    answer: str


def planner(state: State) -> dict:
    return {"plan": answering().invoke([SystemMessage(SYSTEM_PROMPT), HumanMessage(state["ticket"])]).text}


def answer(state: State) -> dict:
    return {"answer": answering().invoke([SystemMessage(ANSWER_PROMPT), HumanMessage(state["plan"])]).text}


graph = (
    StateGraph(State).add_node("planner", planner).add_node("answer", answer)
    .add_edge(START, "planner").add_edge("planner", "answer").add_edge("answer", END).compile()
)
"""


def says(messages: Any, kwargs: Any) -> str:
    prompt = str(messages[0].content)
    if "You plan" in prompt:
        return f"plan for {messages[-1].content}"
    return "yes" if "yes" in prompt else "no"


def teaches(messages: Any, kwargs: Any) -> str:
    asked = str(messages[-1].content)
    return "<prompt>Say yes to every ticket.</prompt>" if "Write an improved prompt" in asked else "It must say yes."


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's folder: an application, its data, and a provider by the name that README uses."""
    (tmp_path / "my_app").mkdir()
    (tmp_path / "my_app" / "__init__.py").touch()
    (tmp_path / "my_app" / "agent.py").write_text(AGENT)
    (tmp_path / "models.py").write_text(
        f"import sys\nsys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "import test_readme\nfrom llmdl_plugins.testing import ScriptedChat\n"
        "def answering():\n    return ScriptedChat(script=test_readme.says)\n"
    )
    rows = [{"inputs": {"ticket": f"ticket {n}"}, "expected": {"answer": "yes"}} for n in range(80)]
    (tmp_path / "tickets.jsonl").write_text("\n".join(map(json.dumps, rows)))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    for name in ("my_app", "my_app.agent", "models", "test_readme"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    offers = {"openai": Spec("openai", lambda name: ScriptedChat(script=teaches))}
    monkeypatch.setattr("llmdl_plugins.run.models.catalogue", lambda k: offers if k == "models" else catalogue(k))
    return tmp_path


def test_every_link_within_the_pages_leads_somewhere() -> None:
    pages = [page for place in (".", "docs", "docs/hooks", "benchmarks") for page in (ROOT / place).glob("*.md")]
    links = [(page, *link.partition("#")[::2]) for page in pages for link in LINK.findall(page.read_text("utf-8"))]
    leads = [(page, page.parent / to if to else page, part) for page, to, part in links if ":" not in to]
    assert len(leads) > 100
    assert [(page.name, str(to)) for page, to, _ in leads if not to.exists()] == []
    assert [(page.name, to.name, part) for page, to, part in leads if part and part not in parts(to)] == []


def test_each_change_is_told_once_and_under_a_subject() -> None:
    before, *subjects = (ROOT / "CHANGELOG.md").read_text("utf-8").split("\n### ")
    told = [" ".join(one.split()) for subject in subjects for one in subject.split("\n- ")[1:]]
    assert "\n- " not in before and len(told) > 40
    assert [one for one in set(told) if told.count(one) > 1] == []


def parts(page: Path) -> set[str]:
    """What a link may name of a page, as GitHub makes it of headings."""
    heads = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


def code_of(page: str) -> str:
    """The Python of a page."""
    return "\n".join(re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.S))


def test_the_code_of_the_page_about_parameters_runs_as_written(user: Path, capsys: pytest.CaptureFixture[str]) -> None:
    space: dict[str, Any] = {}
    exec(code_of("docs/parameters.md"), space)
    assert "The invoice is wrong" in capsys.readouterr().out
    assert {"planner/model", "planner/temperature"} <= set(space["net"].named_parameters())


@pytest.mark.parametrize("notebook", [False, True], ids=["script", "running loop"])
def test_the_code_of_the_readme_runs_as_written(user: Path, capsys: pytest.CaptureFixture[str], notebook: bool) -> None:
    code = code_of("README.md")
    space: dict[str, Any] = {"model": ScriptedChat(script=says)}

    async def cell() -> None:
        exec(code, space)

    asyncio.run(cell()) if notebook else exec(code, space)
    assert "planner/system_prompt" in capsys.readouterr().out
    assert "planner/vote/draws" in space["net"].named_parameters()
    assert space["result"].status == "improved"
    assert space["result"].graph.invoke({"ticket": "a new one"})["answer"] == "yes"
    patch = (user / "prompts.patch").read_text()
    assert "-ANSWER_PROMPT" in patch and "+ANSWER_PROMPT" in patch and "-SYSTEM_PROMPT" not in patch
