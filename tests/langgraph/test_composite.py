"""Texts that `+` and `join` put together are edited where their words stand; the code beside them stays as it is."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from llmdl_langgraph.exporting.patch import CannotExportError, patch
from llmdl_langgraph.reading.sites import Site, sites_in
from llmdl_langgraph.wording.template import double_braces

from .test_patch import WORDS

SOURCE = r'''
def f(name, items, é="ü"):
    a = "Dear " + name + ", how are you?"
    b = ("You know \"this\" " + str(len(items)) +  # a comment with "quotes"
         f", {name!r:>9} and {{braces}}, " + 'it\'s ' + é)
    c = "\n".join(["You are kind.", name, f"Say {items[0]} once.", 'And "end".'])
    d = "\n\n".join((
        "First é rule.",  # why
        items[0],
        "Second rule."
        " It is long.",
    )) + name + "."
    e = (name.upper() + " is who you are, " + ", ".join(items) + r" are \d things") + """
They have
lines."""
    return a, b, c, d, e
'''
VALUES = {"name": 'A{b}\'s "é"', "items": ["one {x}", 'two "y"']}


def sites(source: str = SOURCE) -> list[Site]:
    """The texts as a whole."""
    return [site for site in sites_in(source, Path("app.py"), "app") if len(site.name) == 1 and site.fstring]


def said(source: str) -> list[str]:
    names: dict[str, object] = {}
    exec(compile(source, "app.py", "exec"), names)
    return list(names["f"](**VALUES))  # type: ignore[operator]


def meant(site: Site, raw: str) -> str:
    """What the template of a site says, by evaluating its holes one by one."""
    known = {**VALUES, "é": "ü"}
    for hole in site.holes:
        raw = raw.replace(hole.raw, double_braces(eval("f" + repr(hole.raw), dict(known))))
    return raw.replace("{{", "\1").replace("}}", "\2").replace("\1", "{").replace("\2", "}")


FUZZED = sites()


def test_each_composite_text_is_one_template() -> None:
    assert [site.text for site in FUZZED] == [
        "Dear {name}, how are you?",
        'You know "this" {str(len(items))}, {name!r:>9} and {{braces}}, it\'s {é}',
        'You are kind.\n{name}\nSay {items[0]} once.\nAnd "end".',
        "First é rule.\n\n{items[0]}\n\nSecond rule. It is long.{name}.",
        "{name.upper()} is who you are, {', '.join(items)} are \\d things\nThey have\nlines.",
    ]


def edited(site: Site, chance: random.Random) -> str:
    """The text with a word put in, taken out or put in place of another, or with all holes in another order."""
    pieces = _pieces(site)
    texts = [n for n, piece in enumerate(pieces) if piece not in {hole.raw for hole in site.holes}]
    words = [double_braces(word) for word in WORDS if "{" not in word and "}" not in word] + ["{{", "}}", ""]
    for _ in range(chance.randrange(1, 4)):
        n = chance.choice(texts)
        start = chance.randrange(len(pieces[n]) + 1)
        end = start + chance.randrange(3)
        if not set("{}") & set(pieces[n][max(start - 1, 0) : end + 1]):
            pieces[n] = pieces[n][:start] + chance.choice(words) + pieces[n][end:]
    if chance.random() < 0.2:
        chance.shuffle(pieces)
    return "".join(pieces)


def _pieces(site: Site) -> list[str]:
    pieces, rest = [], site.text
    for hole in site.holes:
        before, _, rest = rest.partition(hole.raw)
        pieces += [before, hole.raw]
    return [*pieces, rest]


@pytest.mark.parametrize("site", FUZZED, ids=lambda site: site.name)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_any_text_is_said_and_nothing_else_changes(site: Site, ends: str) -> None:
    chance = random.Random(site.key)
    before = said(SOURCE)
    for _ in range(60):
        new = edited(site, chance)
        patched = patch(SOURCE.replace("\n", ends), {site: new})
        expected = [meant(one, new) if one == site else text for one, text in zip(FUZZED, before, strict=True)]
        assert said(patched) == expected, new
        assert patched.count("\r") == (patched.count("\n") if ends == "\r\n" else 0)


def test_all_are_changed_at_once() -> None:
    for seed in range(40):
        chance = random.Random(seed)
        edits = {site: edited(site, chance) for site in FUZZED}
        assert said(patch(SOURCE, edits)) == [meant(site, new) for site, new in edits.items()]


@pytest.mark.parametrize(
    ("old", "new", "before", "after"),
    [
        ("how are you", "who are you", '", how are you?"', '", who are you?"'),
        ('"this"', "that", r'"You know \"this\" "', '"You know that "'),
        ("and {{braces}}", "or {{x}}", "{name!r:>9} and {{braces}}, ", "{name!r:>9} or {{x}}, "),
        ("it's ", "it's {{}} not ", r"'it\'s '", r"'it\'s {} not '"),
        ("once.\nAnd", "twice.\nAnd", 'f"Say {items[0]} once."', 'f"Say {items[0]} twice."'),
        ("kind", "kind\nand é 🎉", '"You are kind."', r'"You are kind\nand é 🎉."'),
        ("It is long", "It's short", '" It is long."', '" It\'s short."'),
        ("\\d things", "\\w things", r'r" are \d things"', r'r" are \w things"'),
        ("{name}.", "{name}!", '+ name + "."', '+ name + "!"'),
    ],
)
def test_an_edit_stays_inside_the_literal_of_its_words(old: str, new: str, before: str, after: str) -> None:
    (site,) = [site for site in FUZZED if old in site.text]
    assert SOURCE.count(before) == 1
    assert patch(SOURCE, {site: site.text.replace(old, new)}) == SOURCE.replace(before, after)


def test_what_no_literal_can_hold_becomes_one_literal() -> None:
    source = 'def f(a, b):\n    x = a + " and then " + b  # why\n    return x\n'
    (site,) = sites(source)
    assert patch(source, {site: "{b} and then {a}"}) == source.replace('a + " and then " + b', 'f"{b} and then {a}"')
    assert patch(source, {site: "Say {a} and then {b}."}).count('x = f"Say {a} and then {b}."  # why') == 1


def test_a_separator_of_a_join_is_no_place_for_words() -> None:
    source = 'def f(a):\n    x = "\\n".join(["One rule.", a, "Another rule."])\n    return x\n'
    (site,) = sites(source)
    patched = patch(source, {site: "One rule. {a}\nAnother rule."})
    assert patched == 'def f(a):\n    x = f"""One rule. {a}\nAnother rule."""\n    return x\n'


def test_a_join_of_literals_is_plain_text() -> None:
    source = 'X = "\\n".join(["One {rule}.", "Another rule."])\n'
    (site,) = sites_in(source, Path("app.py"), "app")
    assert (site.text, site.fstring) == ("One {rule}.\nAnother rule.", False)
    assert patch(source, {site: "Two {rules}.\nAnother rule."}) == source.replace("One {rule}", "Two {rules}")
    names: dict[str, object] = {}
    exec(patch(source, {site: "One {rule} for all."}), names)
    assert names["X"] == "One {rule} for all."


INNER = 'def f(short):\n    x = "Answer, " + ("in a word" if short else "at some length") + ", please."\n    return x\n'


def test_texts_in_the_code_of_another_are_changed_with_it() -> None:
    outer, word, length = sorted(sites_in(INNER, Path("app.py"), "app"), key=lambda site: -len(site.text))
    edits = {outer: outer.text.replace("please", "my dear"), word: "at length", length: "in one word, or two"}
    if word.text == "in a word":
        edits[word], edits[length] = edits[length], edits[word]
    names: dict[str, object] = {}
    exec(patch(INNER, edits), names)
    f = names["f"]
    assert f(True) == "Answer, in one word, or two, my dear."  # type: ignore[operator]
    assert f(False) == "Answer, at length, my dear."  # type: ignore[operator]


def test_code_that_stands_beside_literals_takes_no_other_code() -> None:
    (site,) = [site for site in FUZZED if site.name == "a"]
    with pytest.raises(CannotExportError, match="own expressions"):
        patch(SOURCE, {site: "Dear {os.environ}, how are you?"})


@pytest.mark.parametrize(
    "expression",
    ["a + b", "'\\n'.join(lines)", "'\\n'.join([*lines, a])", "'\\n'.join([a, b])", "sep.join(['One rule.'])"],
)
def test_an_expression_without_text_of_its_own_is_no_text(expression: str) -> None:
    found = sites_in(f"def f(a, b, lines, sep):\n    x = {expression}\n", Path("app.py"), "app")
    assert [site.text for site in found if site.fstring] == []
