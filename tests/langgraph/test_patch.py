"""A patch says exactly the new texts, changes nothing else, and is as small as can be, or is refused."""

from __future__ import annotations

import ast
import random
import subprocess
from pathlib import Path
from typing import Any

import pytest

from llmdl_langgraph.exporting.patch import CannotExportError, patch, unified_diff
from llmdl_langgraph.matching.readings import readings
from llmdl_langgraph.reading.sites import Site, sites_in
from llmdl_langgraph.wording.template import double_braces

SOURCE = r'''
A = "simple"
B = 'it\'s "q" \t tab é'
C = """Triple {x}
line two \
continued
"""
D = ("one "
     "two {a}\n"
     'three')
E = "p" + "q" + "r"
R = r"raw \d {z}"
Q = """has "quotes" and \"\"\"three\"\"\" of them"""
U = ("first " +  # a comment between
     "second")
def f(s, é="ü"):
    """Doc of f.

    more"""
    m = f"Hello {s['k']} and {len(s):>3} {{x}}!"
    n = f"""Multi {s["a"]!r}
  second {s.b}
"""
    o = (f"imp {s} "
         f"two")
    p = ("plain "
         f"{s.b} mixed" + ' and more')
    r = rf"raw \w {s.b}"
    return g("content inline here", k={"role": "system", "content": "You are Z. {q}"}), m, n, o, p, r, é
T = g(("system", "You are {role}."), ("human", "{q}"))
class K:
    persona: str = 'a "field" default'
W = u'\x57ide' '\N{EN DASH} \101 \u00e9'
'''
WORDS = ["word", " ", "\n", '"', "'", "\\", "{{", "}}", "é", "\t", '"""', "'''", "\\n", "end", "🎉", "\x07", "{",
         "\u2028", "\0", "1", "\r", "\ud83d", "#", "%s"]  # fmt: skip


class Filled(dict[str, str]):
    """What the f-strings of the source are filled from."""

    b = "value b"


FILLED = Filled(k="value k", a='it\'s "a"')
HOLES = {
    "{s['k']}": "value k",
    "{len(s):>3}": "  2",
    "{s['a']!r}": repr(FILLED["a"]),
    "{s.b}": "value b",
    "{s}": str(FILLED),
}


def sites(source: str = SOURCE) -> list[Site]:
    return sites_in(source, Path("app.py"), "app")


def said(source: str) -> list[Any]:
    """Everything that a program with this source says, found by running it."""
    documented = next(node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef))
    names: dict[str, Any] = {"g": lambda *a, **k: (a, k)}
    exec(compile(source, "app.py", "exec"), names)
    return [names[name] for name in "ABCDERQUTW"] + [
        names["K"].persona,
        ast.get_docstring(documented, clean=False),
        *names["f"](FILLED),
    ]


def meant(edits: dict[Site, str]) -> object:
    """What the program should say after the edits: each site has a text of its own."""
    return _replaced(said(SOURCE), {_expected(site, site.text): _expected(site, new) for site, new in edits.items()})


def _replaced(value: Any, meant: dict[str, str]) -> Any:
    if isinstance(value, str):
        return meant.get(value, value)
    if isinstance(value, dict):
        return {key: _replaced(item, meant) for key, item in value.items()}
    return type(value)(_replaced(item, meant) for item in value)


def _expected(site: Site, raw: str) -> str:
    if not site.fstring:
        return raw
    for hole, value in HOLES.items():
        raw = raw.replace(hole, double_braces(value))
    return raw.replace("{{", "\1").replace("}}", "\2").replace("\1", "{").replace("\2", "}")


def edited(site: Site, chance: random.Random) -> str:
    if site.fstring:
        holes = [hole.raw for hole in site.holes] * 3
        words = [double_braces(word) for word in WORDS if "{" not in word and "}" not in word]
        return "".join(chance.choice(words + holes + ["{{", "}} "]) for _ in range(chance.randrange(1, 12)))
    start = chance.randrange(len(site.text) + 1)
    end = start + chance.randrange(4)
    words = WORDS if site.kind != "docstring" else [word for word in WORDS if word != "\ud83d"]
    inserted = "".join(chance.choice(words) for _ in range(chance.randrange(6)))
    return site.text[:start] + inserted + site.text[end:]


FUZZED = [site for site in sites() if site.text not in ("system", "human", "{q}")]


def test_the_program_says_the_text_of_every_site_once() -> None:
    assert len(FUZZED) == 20
    marks = {site: f"mark {n} {''.join(hole.raw for hole in site.holes)}" for n, site in enumerate(FUZZED)}
    assert all(str(meant(marks)).count(f"mark {n} ") == 1 for n in range(len(FUZZED)))


@pytest.mark.parametrize("site", FUZZED, ids=lambda site: site.key)
def test_any_text_is_said_and_nothing_else_changes(site: Site) -> None:
    chance = random.Random(site.key)
    for _ in range(60):
        new = edited(site, chance)
        assert said(patch(SOURCE, {site: new})) == meant({site: new}), new


def test_all_sites_are_changed_at_once() -> None:
    for seed in range(40):
        chance = random.Random(seed)
        edits = {site: edited(site, chance) for site in FUZZED}
        assert said(patch(SOURCE, edits)) == meant(edits)


@pytest.mark.parametrize(
    ("old", "new", "before", "after"),
    [
        ("simple", "simple and kind", '"simple"', '"simple and kind"'),
        ("it's \"q\" \t tab é", "it's 'q' \t tab é", r"""'it\'s "q" \t tab é'""", r"""'it\'s \'q\' \t tab é'"""),
        ("one two {a}\nthree", "one 2 {a}\nfour", '"two {a}\\n"\n     \'three\'', '"2 {a}\\n"\n     \'four\''),
        ("one two {a}\nthree", "one three", '"two {a}\\n"\n     \'three\'', '""\n     \'three\''),
        ("first second", "first third", '"second")', '"third")'),
        ("raw \\d {z}", "raw \\w+ {z}", r'r"raw \d {z}"', r'r"raw \w+ {z}"'),
        ("raw \\d {z}", 'raw "d" {z}', r'r"raw \d {z}"', "'raw \"d\" {z}'"),
        ("imp {s} two", "imp two {s}", 'f"imp {s} "\n         f"two"', 'f"imp two {s}"\n         f""'),
        ("Multi {s['a']!r}\n  second {s.b}\n", "One {s['a']!r}\n  second {s.b}\n", '"""Multi {', '"""One {'),
        ("plain {s.b} mixed and more", "plain {s.b} mixed or less", "' and more'", "' or less'"),
    ],
)  # fmt: skip
def test_only_what_differs_is_touched(old: str, new: str, before: str, after: str) -> None:
    (site,) = [site for site in sites() if site.text == old]
    assert SOURCE.count(before) == 1
    assert patch(SOURCE, {site: new}) == SOURCE.replace(before, after)


def test_a_text_that_is_not_changed_leaves_the_source_as_it_is() -> None:
    assert patch(SOURCE, {site: site.text for site in sites()}) == SOURCE
    assert patch(SOURCE, {}) == SOURCE


def test_a_reading_is_written_back() -> None:
    (site,) = sites('X = f"Dear {s[0]!r:>9}, here is your {{json}} for {len(s)}."')
    (reading,) = [r for r in readings(site) if r.syntax.name == "an f-string"]
    raw = reading.to_source('For {len_s}: {"a": 1}, dear {s}.')
    patched = patch('X = f"Dear {s[0]!r:>9}, here is your {{json}} for {len(s)}."', {site: raw})
    assert patched == 'X = f"For {len(s)}: {{\\"a\\": 1}}, dear {s[0]!r:>9}."'


def test_a_site_is_found_again_when_lines_moved() -> None:
    (site,) = [site for site in sites() if site.text == "Hello {s['k']} and {len(s):>3} {{x}}!"]
    moved = "import os\n\n" + SOURCE.replace("    m = f", "    # moved\n    m = f").replace("A = ", "NEW = 'x'\nA = ")
    assert patch(moved, {site: "Bye {s['k']}{len(s):>3}"}).count("m = f\"Bye {s['k']}{len(s):>3}\"") == 1


def test_a_site_that_changed_since_is_refused() -> None:
    site = sites()[0]
    with pytest.raises(CannotExportError, match="has changed"):
        patch(SOURCE.replace('"simple"', '"simpler"'), {site: "new"})
    with pytest.raises(CannotExportError, match="more than once"):
        patch('A = "other"\nA = "simple"\nA = "simple"\n', {site: "new"})


def test_twins_are_told_apart_by_their_order() -> None:
    source = 'A = "the same text"\nA = "the same text"\n'
    second = sites(source)[1]
    assert patch(source, {second: "another text"}) == 'A = "the same text"\nA = "another text"\n'


def test_two_edits_of_one_place_are_refused() -> None:
    first, second = sites('A = "the same text"\nA = "the same text"\n')
    with pytest.raises(CannotExportError, match="edited twice"):
        patch('A = "the same text"\n', {first: "one", second: "two"})


def test_an_fstring_takes_no_new_expression() -> None:
    (site,) = [site for site in sites() if site.text.startswith("Hello")]
    for text in ("Hello {os.environ}", "Hello {", "Hello } {s['k']}"):
        with pytest.raises(CannotExportError, match="own expressions"):
            patch(SOURCE, {site: text})


def test_windows_line_ends_stay() -> None:
    source = 'A = """one\r\ntwo"""\r\nB = 1\r\n'
    (site,) = sites(source)
    assert site.text == "one\ntwo"
    assert patch(source, {site: "one\nmore\ntwo"}) == 'A = """one\r\nmore\r\ntwo"""\r\nB = 1\r\n'
    with pytest.raises(CannotExportError, match="line ends"):
        patch(source + "C = 1\n", {site: "x"})


def test_a_source_that_would_not_compile_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("llmdl_langgraph.exporting.patch.compiles", lambda source: False)
    with pytest.raises(CannotExportError, match="would not run as before"):
        patch(SOURCE, {sites()[0]: "new"})


@pytest.mark.parametrize("end", ["\n", ""])
def test_the_diff_is_taken_by_git(tmp_path: Path, end: str) -> None:
    old = 'A = "a separator \u2028 inside"\nB = "two \x0c words"' + end
    new = patch(old, {site: site.text + " and more" for site in sites(old)})
    (tmp_path / "app.py").write_text(old, encoding="utf-8")
    command = ["git", "apply", "--unsafe-paths", f"--directory={tmp_path}", "-"]
    subprocess.run(command, input=unified_diff("app.py", old, new).encode(), check=True, cwd=tmp_path)
    assert (tmp_path / "app.py").read_text(encoding="utf-8") == new


def test_a_long_prompt_is_patched_quickly() -> None:
    chance = random.Random(0)
    words = [f"word{chance.randrange(300)}" for _ in range(3000)]
    source = 'X = """' + " ".join(words) + '"""\n'
    (site,) = sites(source)
    new = " ".join(chance.sample(words, len(words)))
    names: dict[str, str] = {}
    exec(patch(source, {site: new}), names)
    assert names["X"] == new
