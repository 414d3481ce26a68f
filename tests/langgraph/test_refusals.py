"""What can't be written into the source is refused, with the parameter, the place and the way out."""

from __future__ import annotations

import dataclasses
import os
import subprocess
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from llmdl_langgraph.errors import CannotExportError
from llmdl_langgraph.exporting import refusals
from llmdl_langgraph.network import LangGraphNetwork
from llmdl_langgraph.reading.environment import variable_instead_of
from llmdl_langgraph.reading.source import Source

from .conftest import Agent
from .test_export import opened

NEW = {"sort/system_prompt": "Sort it at once."}
OVERLAY = "Export the weights instead"


def constant(agent: Agent) -> LangGraphNetwork:
    return opened(agent, "constant")[1]


def refused(net: LangGraphNetwork, *said: str, form: str = "patch", values: Any = NEW) -> str:
    with pytest.raises(CannotExportError) as raised:
        net.export(form, values)
    assert all(words in str(raised.value) for words in said), raised.value
    assert net.export("weights", values) == values
    return str(raised.value)


@pytest.mark.parametrize("form", ["patch", "graph", "module"])
def test_a_file_that_has_changed(agent: Agent, folder: Path, form: str) -> None:
    net = constant(agent)
    path = folder / "constant.py"
    path.write_text(path.read_text().replace("You sort support mail.", "You file support mail."))
    refused(net, "sort/system_prompt", str(path), "line 14", "changed since it was read", OVERLAY, form=form)


def test_lines_that_moved_are_no_change(agent: Agent, folder: Path) -> None:
    net = constant(agent)
    path = folder / "constant.py"
    path.write_text("# one more line\n" + path.read_text())
    assert '+SYSTEM_PROMPT = "Sort it at once."' in net.export("patch", NEW)


def test_a_patch_that_is_applied_already(agent: Agent, folder: Path) -> None:
    subprocess.run(["git", "init", "-q", "."], cwd=folder, check=True)
    net = constant(agent)
    patch = net.export("patch", NEW)
    subprocess.run(["git", "apply", "-"], cwd=folder, input=patch.encode(), check=True)
    said = refused(net, "sort/system_prompt", "constant.py, line 14", "is applied already", "git apply -R")
    assert "changed" not in said
    subprocess.run(["git", "apply", "-R", "-"], cwd=folder, input=patch.encode(), check=True)
    assert net.export("patch", NEW) == patch


def test_an_installed_package(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    net = constant(agent)
    monkeypatch.setattr(refusals, "is_installed", lambda file: True)
    refused(net, "sort/system_prompt", "belongs to an installed package", OVERLAY)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_file(agent: Agent, folder: Path) -> None:
    net = constant(agent)
    (folder / "constant.py").chmod(0o444)
    refused(net, "sort/system_prompt", str(folder / "constant.py"), "read-only", OVERLAY)


def test_a_file_that_the_system_says_is_read_only(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    net = constant(agent)
    monkeypatch.setattr(refusals, "os", SimpleNamespace(access=lambda file, mode: False, W_OK=os.W_OK))
    refused(net, "sort/system_prompt", "read-only", OVERLAY)


def test_a_file_outside_the_repository_of_the_others(agent: Agent, folder: Path) -> None:
    subprocess.run(["git", "init", "-q", str(folder / "desk")], check=True)
    outside = folder / "texts_elsewhere.py"
    outside.write_text('REPLY = "Write a reply to {label}, in two short sentences."\n')
    (folder / "desk" / "texts.py").write_text(
        (folder / "desk" / "texts.py").read_text() + "\nfrom texts_elsewhere import REPLY\n"
    )
    _, net, _ = opened(agent, "desk")
    assert net.export("patch", {"sort/sort_instructions": "Sort it as {arg0}."}).startswith("--- a/texts.py")
    text = net.discovery.texts["reply/reply_template"]
    site = dataclasses.replace(text.sites[0], file=outside)
    with pytest.raises(
        CannotExportError, match=r"reply can't be exported to .*elsewhere.py: it is in no git repository"
    ):
        refusals.refuse_files({site.file: "reply", folder / "a.py": "a", folder / "b.py": "b"},
                              {site.file: None, folder / "a.py": folder, folder / "b.py": folder})  # fmt: skip


def test_a_text_without_a_place_in_the_source(agent: Agent) -> None:
    net = constant(agent)
    text = net.discovery.texts["sort/system_prompt"]
    net.discovery = dataclasses.replace(
        net.discovery, texts={**net.discovery.texts, "sort/system_prompt": dataclasses.replace(text, ways={})}
    )
    refused(net, "sort/system_prompt has no text in your source", "hub", OVERLAY)


SOURCES = {
    "or": 'import os\nSYSTEM_PROMPT = os.getenv("SORT_PROMPT") or "{}"',
    "by name": 'import os\nDEFAULT_PROMPT = "{}"\nSYSTEM_PROMPT = os.getenv("SORT_PROMPT", DEFAULT_PROMPT)',
    "a settings class": """import os
from dataclasses import dataclass, fields


@dataclass
class Settings:
    sort_prompt: str = "{}"

    def __post_init__(self):
        for f in fields(self):
            if getattr(self, f.name) == f.default:
                setattr(self, f.name, os.environ.get(f.name.upper(), f.default))


SYSTEM_PROMPT = Settings().sort_prompt""",
}


@pytest.mark.parametrize(
    "asked", ["os.environ.get('P', 'a text')", "os.getenv('P', 'a text')", "getenv('P') or 'a text'"]
)
def test_a_default_beside_its_variable(monkeypatch: pytest.MonkeyPatch, asked: str) -> None:
    module = ModuleType("asking")
    source = Source(module, Path("asking.py"), f"TEXT = {asked}\nOTHER = 'a text'")
    site = next(site for site in source.sites if site.text == "a text" and site.span[0] == 1)
    other = next(site for site in source.sites if site.span[0] == 2)
    monkeypatch.delenv("P", raising=False)
    assert variable_instead_of(site, [source]) is None
    monkeypatch.setenv("P", "another")
    assert variable_instead_of(site, [source]) == "P" and variable_instead_of(other, [source]) is None


@pytest.mark.parametrize("way", SOURCES)
@pytest.mark.parametrize("is_set", [True, False])
def test_a_text_that_an_environment_variable_takes_the_place_of(
    agent: Agent, folder: Path, monkeypatch: pytest.MonkeyPatch, way: str, is_set: bool
) -> None:
    path = folder / "constant.py"
    text = "You sort support mail. Answer with one word: billing, technical or other."
    path.write_text(path.read_text().replace(f'SYSTEM_PROMPT = "{text}"', SOURCES[way].replace("{}", text)))
    monkeypatch.delenv("SORT_PROMPT", raising=False)
    if is_set:
        monkeypatch.setenv("SORT_PROMPT", "You are somebody else, from the environment.")
    net = constant(agent)
    name = next(n for n, p in net.named_parameters().items() if p.default == text)
    if is_set:
        refused(net, name, str(path), "the environment variable SORT_PROMPT is sent instead", OVERLAY,
                values={name: "Sort it."})  # fmt: skip
    else:
        assert "Sort it." in net.export("patch", {name: "Sort it."})


FILE_AGENT = """
from pathlib import Path
from typing import TypedDict

from langgraph.graph import END, START, StateGraph
from model import Scripted

model = Scripted(say=lambda messages: "billing")


class State(TypedDict):
    mail: str
    label: str


def sort(state: State):
    prompt = READ
    return {"label": model.invoke([("system", prompt), ("human", state["mail"])]).text}


builder = StateGraph(State)
builder.add_node("sort", sort)
builder.add_edge(START, "sort")
builder.add_edge("sort", END)
graph = builder.compile()
"""
SORTED = "You sort support mail. Answer with one word: billing, technical or other."
FILES = {
    "a text file": ("prompts/sorting.md", SORTED + "\n", '(Path(__file__).parent / "prompts/sorting.md").read_text()'),
    "a table": (
        "prompts/texts.yaml",
        f"sorting:\n  system: {SORTED!r}\n",
        '__import__("yaml").safe_load((Path(__file__).parent / "prompts/texts.yaml").read_text())["sorting"]["system"]',
    ),
}


def reading(agent: Agent, folder: Path, way: str, at: Path | None = None) -> tuple[LangGraphNetwork, Path, Any]:
    """An agent that reads its prompt from a file."""
    name, content, read = FILES[way]
    path = (at or folder) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    where = f"Path({str(at)!r})" if at else "Path(__file__).parent"
    (folder / "constant.py").write_text(FILE_AGENT.replace("READ", read.replace("Path(__file__).parent", where)))
    net = opened(agent, "constant")[1]
    (text,) = net.discovery.texts
    return net, path, {text: net[text].default.replace("support mail", "letters")}


@pytest.mark.parametrize("way", FILES)
def test_a_prompt_file_is_refused_like_code(
    agent: Agent, folder: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    subprocess.run(["git", "init", "-q", "."], cwd=folder, check=True)
    net, path, values = reading(agent, folder, way)
    (name,) = values
    patch = net.export("patch", values)
    subprocess.run(["git", "apply", "-"], cwd=folder, input=patch.encode(), check=True)
    assert "sort letters" in path.read_text()
    refused(net, name, str(path), "is applied already", "git apply -R", values=values)
    subprocess.run(["git", "apply", "-R", "-"], cwd=folder, input=patch.encode(), check=True)
    assert net.export("patch", values) == patch
    path.write_text(path.read_text().replace("You sort", "You file"))
    refused(net, name, str(path), "changed since it was read", OVERLAY, values=values)
    path.write_text(path.read_text().replace("You file", "You sort"))
    with monkeypatch.context() as patched:
        patched.setattr(refusals, "os", SimpleNamespace(access=lambda file, mode: False, W_OK=os.W_OK))
        refused(net, name, str(path), "read-only", OVERLAY, values=values)
    path.unlink()
    refused(net, name, "there is no such file any more", values=values)


@pytest.mark.parametrize("way", FILES)
def test_a_prompt_file_beside_the_code_is_part_of_every_copy(agent: Agent, folder: Path, way: str) -> None:
    net, path, values = reading(agent, folder, way)
    rows = [{"mail": "My invoice is wrong."}]
    assert net.verify(rows, values).equal and net.verify(rows).calls == 1
    assert "sort letters" in net.export("module", values)[path.relative_to(folder).as_posix()]
    checks = {check.what: check.holds for check in net.unchanged(values, rows[0])}
    assert checks["node names"] and checks["a thread of the original goes on"]
    assert net.export("graph", values).invoke(rows[0])["label"] == "billing"


def test_a_prompt_file_elsewhere_is_in_a_patch_and_in_no_copy(agent: Agent, folder: Path) -> None:
    elsewhere = folder.parent / "elsewhere"
    (folder.parent / "pyproject.toml").write_text("")
    net, path, values = reading(agent, folder, "a text file", elsewhere)
    assert "sort letters" in net.export("patch", values)
    for form in ("graph", "module"):
        refused(net, str(path), "none of the folders from which the code is imported", form=form, values=values)


def test_a_tool_description_is_refused_like_a_prompt(agent: Agent, folder: Path) -> None:
    net = opened(agent, "tooling")[1]
    name, tool = next((n, t) for n, t in net.tools.items() if not isinstance(t.origin, str))
    values = {name: "Something else."}
    net.unfreeze(name)
    assert "+" in net.export("patch", values)
    path = tool.source.site.file
    path.write_text(path.read_text().replace(tool.places[0][1].splitlines()[0], "Changed by hand."))
    refused(net, name, str(path), "changed since it was read", OVERLAY, values=values)
