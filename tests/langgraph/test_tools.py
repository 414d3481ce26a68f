"""Texts of tools, fields and schemas: found, frozen, bound where they stand and nowhere else, and written back."""

from __future__ import annotations

import asyncio
import copy
import json
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from llmdl_langgraph.errors import CannotExportError
from llmdl_langgraph.matching.definitions import saying, texts_in
from llmdl_langgraph.matching.tool_texts import tool_texts
from llmdl_langgraph.network import LangGraphNetwork
from llmdl_langgraph.reading.docstrings import ways_to, written
from llmdl_langgraph.reading.sites import Site, sites_in
from llmdl_langgraph.running.tool_binding import Definitions, ToolBinding
from llmdl_plugins.errors import ParameterError
from llmdl_plugins.tape import Tape

from .conftest import Agent
from .test_export import sent, sent_alone
from .test_frozen import ASKED, network

NASTY = 'It\'s "new" \\ and has {braces}, 100% of """quotes""", é 🎉'
CHANGES = {
    "agent/agent/tool:look_up": f"{NASTY}\nand lines\n\n    and margins.",
    "agent/agent/tool:look_up.word": NASTY,
    "agent/agent/tool:translate": "Say it in another language.",
    "agent/agent/tool:translate.word": "What is to be said: \N{BULLET} a word.",
    "agent/agent/tool:translate.language": NASTY,
    "agent/agent/tool:rhymes": NASTY,
    "agent/agent/tool:spell": "Spell.",
    "agent/agent/tool:count": NASTY,
    "agent/agent/tool:count.word": NASTY,
    "shared/tool:shout": "Shout\nit.",
    "entry/tool:Entry": "One line,\nand one more.",
    "entry/tool:Entry.word": NASTY,
    "entry/tool:Entry.source": NASTY,
    "entry/tool:Entry.source.title": "The book's name.",
    "entry/tool:Entry.others.item": NASTY,
    "verdict/tool:Verdict": NASTY,
    "verdict/tool:Verdict.good": NASTY,
    "bare/tool:weather": NASTY,
    "bare/tool:weather.place": NASTY,
}


@pytest.fixture
def tooling(agent: Agent) -> tuple[Any, LangGraphNetwork]:
    module = agent("tooling")
    net = network(module, probes=[ASKED])
    for text in net.tools.values():
        text.parameter.unfreeze()
    return module, net


def test_every_text_of_a_tool_is_found_with_and_without_probes(agent: Agent) -> None:
    module = agent("tooling")
    probed, static = network(module, probes=[ASKED]), network(module)
    assert set(probed.tools) == set(CHANGES)
    local = {"bare/tool:weather", "bare/tool:weather.place"}  # in a list that a function makes
    assert {name.partition(":")[2] for name in static.tools} == {n.partition(":")[2] for n in set(CHANGES) - local}
    assert probed["agent/agent/tool:translate"].default == "Translate a word. Idioms are left alone."
    assert probed["verdict/tool:Verdict.good"].role.startswith("description of the field Verdict.good")


def test_they_are_frozen_until_they_are_asked_for(agent: Agent) -> None:
    net = network(agent("tooling"))
    name = "agent/agent/tool:spell"
    with pytest.raises(ParameterError, match="frozen"), net.using({name: "Spell."}):
        pass
    net[name].unfreeze()
    with net.using({name: "Spell."}):
        assert net[name].value == "Spell."


def test_an_export_is_verified_with_what_it_says_of_its_tools(tooling: tuple[Any, LangGraphNetwork]) -> None:
    _, net = tooling
    told = net.verify([ASKED], CHANGES)
    assert told.equal and told.calls == 4, str(told)


def test_a_tool_that_an_export_describes_otherwise_is_named(agent: Agent, folder: Path) -> None:
    path = folder / "tooling.py"
    alone = "if 'pytest' not in __import__('sys').modules:\n    shout.__doc__ = 'Whisper.'\n"
    path.write_text(path.read_text().replace("\n\nclass Kept", f"\n{alone}\n\nclass Kept"))
    told = network(agent("tooling")).verify([ASKED])
    assert len(told.differences) == 2 and all("'tools' differs from character" in line for line in told.differences)
    assert "'agent': 'tools'" in told.differences[0] and "Whisper." in told.differences[0]


def test_a_patched_source_sends_the_tools_that_the_bound_run_sent(
    tooling: tuple[Any, LangGraphNetwork], folder: Path
) -> None:
    subprocess.run(["git", "init", "-q", "."], cwd=folder.parent, check=True)
    module, net = tooling
    model = module.model
    plain, bound = sent(net, model, {}, ASKED), sent(net, model, CHANGES, ASKED)
    told = json.dumps(bound, ensure_ascii=False)
    assert all(json.dumps(value, ensure_ascii=False)[1:-1] in told for value in CHANGES.values())
    assert shape(plain) == shape(bound) and plain != bound
    subprocess.run(["git", "apply", "-"], cwd=folder.parent, input=net.export("patch", CHANGES).encode(), check=True)
    (alone,) = sent_alone((folder, "tooling", ASKED))
    assert alone == bound


def shape(value: Any) -> Any:
    """All but the descriptions."""
    if isinstance(value, dict):
        return {k: shape(v) for k, v in value.items() if k != "description"}
    return [shape(v) for v in value] if isinstance(value, list) else value


def test_docstrings_keep_their_shape(tooling: tuple[Any, LangGraphNetwork]) -> None:
    _, net = tooling
    patch = net.export("patch", {"agent/agent/tool:translate.word": "A word.", "shared/tool:shout": "Shout\nit."})
    added = [line[1:] for line in patch.splitlines() if line.startswith("+") and not line.startswith("+++")]
    assert added == ["        word: A word.", '    """', "    Shout", "    it.", '    """'] or added == [
        "        word: A word.",
        '    """\\n    Shout\\n    it.\\n    """',
    ]


async def test_a_step_that_tells_a_tool_reads_its_parameters(tooling: tuple[Any, LangGraphNetwork]) -> None:
    _, net = tooling
    _, tape = await net.trace(ASKED)
    reads = {step.path: {name for name, p in net.named_parameters().items() if p in step.reads} for step in tape.steps}
    assert reads["entry#0"] == {name for name in CHANGES if name.startswith("entry/")}
    assert reads["bare#0"] == {"bare/tool:weather", "bare/tool:weather.place", "shared/tool:shout"}
    again = Tape.from_json(json.loads(json.dumps(tape.json({}))), {})
    assert again.calls[-1].tools == tape.calls[-1].tools and "Tell the weather" in str(again.calls[-1].tools)


def test_the_tools_of_the_application_stay_as_they_are(tooling: tuple[Any, LangGraphNetwork]) -> None:
    module, net = tooling
    before = copy.deepcopy(module.weather), module.judge.kwargs["tools"], copy.deepcopy(module.judge.kwargs["tools"])
    with net.using(CHANGES):
        net.invoke(ASKED)
    assert (module.weather, module.judge.kwargs["tools"]) == (before[0], before[2])
    assert module.judge.kwargs["tools"] is before[1]


# LangChain silences this while it reads a function, and Python's filters are those of all threads.
@pytest.mark.filterwarnings("ignore:Support for class-based `config`")
async def test_two_hundred_candidates_side_by_side_do_not_touch_each_other(
    tooling: tuple[Any, LangGraphNetwork],
) -> None:
    _, net = tooling

    async def run(n: int) -> bool:
        with net.using({"verdict/tool:Verdict.good": f"Candidate {n}.", "bare/tool:weather": f"Weather {n}."}):
            _, tape = await net.trace(ASKED)
        told = [json.dumps(call.tools) for call in tape.calls]
        return f'"Candidate {n}."' in told[2] and f'"Weather {n}."' in told[3] and len(told) == 4

    assert all(await asyncio.gather(*[run(n) for n in range(200)]))


def test_a_text_is_changed_only_where_it_stands() -> None:
    field = {"type": "string", "description": "The town."}
    tools = [
        {"type": "function", "function": {"name": name, "description": "The town.", "parameters": p}}
        for name in ("one", "two")
        for p in [{"type": "object", "properties": {"a": field, "b": field}}]
    ]
    told: Any = saying({"tools": tools}, lambda path, text: "New." if path == ("one", "a") else text)
    assert told["tools"][0]["function"]["parameters"]["properties"] == {
        "a": {"type": "string", "description": "New."},
        "b": field,
    }
    assert told["tools"][1] is tools[1]


FORMS: dict[str, Any] = {
    "openai": {"tools": [{"type": "function", "function": {"name": "f", "description": "D.", "parameters": "P"}}]},
    "responses": {"tools": [{"type": "function", "name": "f", "description": "D.", "parameters": "P"}]},
    "anthropic": {"tools": [{"name": "f", "description": "D.", "input_schema": "P"}]},
    "bedrock": {"tools": [{"toolSpec": {"name": "f", "description": "D.", "inputSchema": {"json": "P"}}}]},
    "google": {"tools": [{"function_declarations": [{"name": "f", "description": "D.", "parameters": "P"}]}]},
    "functions": {"functions": [{"name": "f", "description": "D.", "parameters": "P"}]},
    "json_schema": {
        "response_format": {"type": "json_schema", "json_schema": {"name": "f", "description": "D.", "schema": "P"}}
    },
    "text": {"text": {"format": {"type": "json_schema", "name": "f", "description": "D.", "schema": "P"}}},
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_definition_is_understood(form: str) -> None:
    schema = {
        "type": "object",
        "properties": {"a": {"type": "array", "items": {"$ref": "#/$defs/B"}}},
        "$defs": {"B": {"description": "B.", "properties": {"c": {"description": "C.", "type": "string"}}}},
    }
    options = json.loads(json.dumps(FORMS[form]).replace('"P"', json.dumps(schema)))
    places = [(("f",), "D."), (("f", "a", "[]"), "B."), (("f", "a", "[]", "c"), "C.")]
    assert texts_in(options) == places
    assert saying(options, lambda path, text: text) is options
    changed = json.dumps(saying(options, lambda path, text: text.lower()))
    assert json.loads(changed.replace('"d."', '"D."').replace('"b."', '"B."').replace('"c."', '"C."')) == options
    assert changed.count('"d."') == changed.count('"b."') == changed.count('"c."') == 1


def test_a_type_that_holds_itself_is_followed_once() -> None:
    tree = {"description": "T.", "properties": {"next": {"$ref": "#/$defs/Tree"}}}
    options = {"tools": [{"name": "f", "input_schema": {"$ref": "#/$defs/Tree", "$defs": {"Tree": tree}}}]}
    assert texts_in(options) == [(("f",), "T.")]


def site(source: str) -> Site:
    return next(s for s in sites_in(source, Path("a.py"), "a") if s.kind == "docstring")


DOC = '''
def f(a, b):
    """Do it.

    Well.

    Args:
        a: The a
            goes on.
        b (int): The b.

    Returns:
        c: no argument
    """
'''


def test_an_argument_changes_alone() -> None:
    found = site(DOC)
    new = written(ways_to("The a goes on.", found, "a"), found.text, "New a: here.", "    ")
    assert new == found.text.replace("The a\n            goes on.", "New a: here.")
    with pytest.raises(CannotExportError, match="argument a"):
        written(ways_to("The a goes on.", found, "a"), found.text, "two\nlines", "    ")


def test_a_description_before_arguments_changes_alone() -> None:
    found = site(DOC)
    new = written(ways_to("Do it. Well.", found, ""), found.text, "Once\nmore.", "    ")
    assert new == found.text.replace("Do it.\n\n    Well.", "Once\n    more.")


def test_a_text_at_several_places_has_no_site() -> None:
    source = 'A = {"name": "f", "description": "Same."}\nB = {"name": "g", "description": "Same."}\n'
    texts = tool_texts({(("f",), "Same."): frozenset({"n"})}, sites_in(source, Path("a.py"), "a"))
    (text,) = texts.values()
    assert "at 2 places" in text.parameter.frozen_because and "not exportable" in text.parameter.frozen_because
    with pytest.raises(CannotExportError, match="2 places"):
        _ = text.source


def test_telling_tools_costs_little(record_property: Any) -> None:
    tools = [
        {"type": "function", "function": {"name": f"f{n}", "description": "D" * 200, "parameters": {"properties": {
            f"a{m}": {"type": "string", "description": f"The {m}."} for m in range(5)}}}}
        for n in range(5)
    ]  # fmt: skip
    places = {place: frozenset({"n"}) for place in texts_in({"tools": tools})}
    texts = list(tool_texts(places, []).values())
    binding = ToolBinding(Definitions(texts), {texts[0].parameter: "new"})
    options = {"tools": tools, "stop": None}
    assert binding(options)["tools"] is binding(options)["tools"] is not tools
    start = time.perf_counter()
    for _ in range(1_000):
        binding(options)
    spent = (time.perf_counter() - start) * 1e3
    record_property("tools_us", spent)
    assert spent < 100
    assert ToolBinding(Definitions(texts), {})(options) is options


def test_a_list_that_is_changed_in_place_is_told_as_it_is() -> None:
    tools = [{"name": "f", "description": "Old.", "input_schema": {}}]
    texts = list(tool_texts({(("f",), "Old."): frozenset({"n"})}, []).values())
    binding = ToolBinding(Definitions(texts), {texts[0].parameter: "New."})
    assert binding({"tools": tools})["tools"][0]["description"] == "New."
    tools[0]["description"] = "Another."
    assert binding({"tools": tools})["tools"] is tools


def test_a_text_of_an_installed_tool_is_not_taken_for_the_same_text_of_another() -> None:
    source = 'def mine(q):\n    """Search it."""\n'
    place = (("theirs",), "Search it.")
    sites = sites_in(source, Path("a.py"), "a")
    homes = {place: frozenset({("installed.tools", "theirs")})}
    (theirs,) = tool_texts({place: frozenset({"n"})}, sites, homes).values()
    assert "nowhere in the source" in theirs.parameter.frozen_because
    (mine,) = tool_texts({place: frozenset({"n"})}, sites, {place: frozenset({("a", "mine")})}).values()
    assert mine.source.site.scope == "mine"


def test_tools_are_found_where_only_objects_hold_them(agent: Agent) -> None:
    net = network(agent("holders"))
    assert {name: net[name].default for name in net.tools} == {
        "first/tool:find": "Find a word in the papers on the desk.",
        "second/tool:file": "File a word in the cabinet.",
    }
    net.unfreeze("*/tool:*")
    patch = net.export("patch", {"first/tool:find": "Find it.", "second/tool:file": "File it."})
    assert '+            """Find it."""' in patch and '+        """File it."""' in patch


def test_a_docstring_of_several_lines_is_one_text_of_the_node_that_tells_it(agent: Agent) -> None:
    tools = network(agent("lines")).tools
    assert {name: text.parameter.default for name, text in tools.items()} == {
        "ask/tool:look_up": "Look a word up. The book is large.",
        "ask/tool:look_up.word": "the word",
    }
