"""Prompts that stand in files are found in what is sent, bound, and exported as a patch of these files."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from llmdl_langgraph.exporting.export import as_patch
from llmdl_langgraph.finding.discover import Discovery
from llmdl_langgraph.finding.own import Own
from llmdl_langgraph.finding.usage import usage
from llmdl_langgraph.matching.readings import readings
from llmdl_langgraph.matching.texts import text as text_of
from llmdl_langgraph.reading.passages import whole
from llmdl_langgraph.reading.sites import sites_in

from ..written import written
from .conftest import Agent
from .test_export import sent, sent_alone
from .test_frozen import network

pytest.importorskip("jinja2")

HOUSES = Path(__file__).parent / "houses"
MAIL = {"text": "The heating in the house is broken again"}
CHANGES = {
    "sort/prompt": "# Sorting\n\nYou are the \"clerk\" of {é}.\nUse one of {labels}.\n\n## Rules\n\n- Say 'no more'.",
    "reply/prompt": "Reply to this é 🎉 mail:\n{text}{if_angry}Then go on:{for_step_in}Promise nothing,\nto nobody.\n",
    "check/messages_content": "You check: replies # of a house.\n\n  - Look for {money}.\n",
    "check/messages_content_2": "Yes, I say: what is 'wrong'.",
    "check/messages_content_3": 'Check "this" \\ reply:\n{ANSWER}',
    "sign/signing_text": "You sign “replies”\n\twith 🎉 of {text}.",
}


@pytest.fixture
def folder(folder: Path) -> Path:
    """The folder of the user with this agent in it; its files would be prompts of every agent beside them."""
    shutil.copytree(HOUSES, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.mark.parametrize(("mark", "ends"), [("", "\n"), ("\ufeff", "\r\n")])
def test_a_patch_of_files_sends_what_the_bound_run_sent(agent: Agent, folder: Path, mark: str, ends: str) -> None:
    for file in (folder / "house" / "prompts").iterdir():
        first = mark if file.suffix == ".md" else ""
        file.write_text(first + file.read_text(encoding="utf-8"), encoding="utf-8", newline=ends)
    subprocess.run(["git", "init", "-q", "."], cwd=folder, check=True)
    net, model = network(agent("house.graph"), probes=[MAIL]), agent("model").model
    assert sorted(name for name, p in net.named_parameters().items() if p.trainable) == sorted(CHANGES)
    before = sent(net, model, {}, MAIL)
    bound = sent(net, model, CHANGES, MAIL)
    assert all(a != b for call, was in zip(bound, before, strict=True) for a, b in zip(call[:1], was[:1], strict=True))
    subprocess.run(["git", "apply", "-"], cwd=folder, input=net.export("patch", CHANGES).encode(), check=True)
    assert sent_alone((folder, "house.graph", MAIL)) == [bound]


def test_nothing_but_the_texts_changes_in_the_files(agent: Agent, folder: Path) -> None:
    net = network(agent("house.graph"), probes=[MAIL])
    changed = net.export("patch", CHANGES)
    for kept in ("notes: Nobody", "role: assistant", "temperature", "{% for", "{{ step }}", '"version"'):
        assert f"\n-{kept}" not in changed and f"\n-  {kept}" not in changed
    assert "# the reply" in changed and "+---" not in changed


def test_an_exported_module_holds_the_changed_files(agent: Agent, tmp_path: Path) -> None:
    net, model = network(agent("house.graph"), probes=[MAIL]), agent("model").model
    files = net.export("module", CHANGES)
    assert sent_alone((written(tmp_path / "alone", files), "app", MAIL)) == [sent(net, model, CHANGES, MAIL)]


def test_without_a_probe_the_files_are_the_prompts_that_the_code_names(agent: Agent) -> None:
    net = network(agent("house.graph"))
    assert {site.file.name for text in net.discovery.texts.values() for site in text.sites} == {
        "sort.md",
        "reply.j2",
        "check.yaml",
        "sign.json",
    }


NAMED = ["with space.md", "é 漢字.txt", "plain.md", "code.py"]


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("last", ["", "\n"])
def test_git_takes_the_patch_of_any_file(tmp_path: Path, name: str, ends: str, mark: str, last: str) -> None:
    subprocess.run(["git", "init", "-q", "."], cwd=tmp_path, check=True)
    file = tmp_path / name
    first = "# For coders" if file.suffix == ".py" else "# For coding: be"
    text = first + '"kind"\nX = "You are kind."\n# and brief' + last
    file.write_text(mark + text, encoding="utf-8", newline=ends)
    site = sites_in(text, file, "code")[0] if file.suffix == ".py" else whole(text, file, name)
    new = "You are brief.\nAnd kind."
    changes = {file: {site: new}}
    text_there = text_of({site: tuple(readings(site))}, readings(site), "text")
    found = Discovery({"told": text_there}, {}, (), {}, (), Own(None, ()), usage(()))
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=as_patch(found, {}, changes).encode(), check=True)
    expected = text.replace('"You are kind."', '"You are brief.\\nAnd kind."') if file.suffix == ".py" else new
    assert file.read_bytes() == (mark + expected).replace("\n", ends).encode()
    if file.suffix == ".py":
        exec(compile(file.read_bytes(), name, "exec"), names := {})
        assert names["X"] == new


def test_of_files_that_say_the_same_the_one_that_is_read_is_edited(agent: Agent, folder: Path) -> None:
    kept = {folder / "house" / "kept" / name / "sort.md" for name in ("old", "new")}
    for file in kept:
        file.parent.mkdir(parents=True)
        shutil.copy(folder / "house" / "prompts" / "sort.md", file)
    net = network(agent("house.graph"), probes=[MAIL])
    assert [site.file for site in net.discovery.texts["sort/prompt"].sites] == [folder / "house/prompts/sort.md"]
    assert "kept" not in net.export("patch", {"sort/prompt": CHANGES["sort/prompt"]})


LENDING = """from pathlib import Path
from langgraph.graph import START, MessagesState, StateGraph
from model import model
OTHERS = "night", "day"  # are known, and need not be read
def lend(state):
    text = {}
    for folder in {folders}:
        text = (Path(__file__).parent / folder / "desk.md").read_text("utf-8")
    return {{"messages": [model.invoke([("system", text), *state["messages"]])]}}
graph = StateGraph(MessagesState).add_node(lend).add_edge(START, "lend").compile()
"""


@pytest.mark.parametrize(("folders", "read"), [(["day"], ["day"]), (["day", "night"], ["day", "night"])])
def test_files_that_say_the_same_and_are_all_read_are_tied(
    agent: Agent, folder: Path, folders: list[str], read: list[str]
) -> None:
    for name in ("day", "night"):
        (folder / name).mkdir()
        (folder / name / "desk.md").write_text("You lend books to people who ask.\n", "utf-8")
    (folder / "lending.py").write_text(LENDING.format("''", folders=folders), "utf-8")
    net = network(agent("lending"), probes=[{"messages": [("user", "A book on tea")]}])
    [text] = [text for text in net.discovery.texts.values() if text.parameter.trainable]
    assert sorted(site.file.parent.name for site in text.sites) == read
