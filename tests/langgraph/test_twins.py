"""A text that stands at several places is one parameter; an edit is written at each in its own spelling."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from llmdl_langgraph.exporting.patch import patch
from llmdl_langgraph.matching.readings import readings
from llmdl_langgraph.matching.texts import Text, text
from llmdl_langgraph.matching.twins import distinct, twins
from llmdl_langgraph.reading.entries import entries_in, patched_table
from llmdl_langgraph.reading.passages import patched_text, whole
from llmdl_langgraph.reading.sites import Site, sites_in

CODE = '''
ONE = "Sort {n} \\"mails\\" today.\\nBe quick about it."
TWO = """
Sort {n} "mails" today.
Be quick about it.
"""
THREE = ('Sort %(n)s "mails" today.\\n'
         'Be quick about it.')
FOUR = "Sort {n} other mails today, and be quick about it."
def f(n):
    return f'Sort {n} "mails" today.' "\\nBe quick about it."
'''
FILES = {
    "app.py": CODE,
    "sort.md": '  Sort {n} "mails" today.\nBe quick about it.\n\n',
    "sort.j2": 'Sort {{ n }} "mails" today.\nBe quick about it.',
    "sort.yaml": 'a: 1\nsort: |\n  Sort {n} "mails" today.\n  Be quick about it.\n# end\n',
    "sort.json": '{"sort": "Sort {{n}} \\"mails\\" today.\\nBe quick about it."}',
}


def sites() -> list[Site]:
    found = []
    for name, content in FILES.items():
        file = Path(name)
        if file.suffix == ".py":
            found += sites_in(content, file, "app")
        else:
            found += (
                entries_in(content, file, name) if file.suffix in (".yaml", ".json") else [whole(content, file, name)]
            )
    return found


def tied(found: list[Site]) -> list[Text]:
    ways = {site: tuple(readings(site)) for site in found}
    groups = [{site: ways[site] for site in group} for group in twins(ways)]
    return [text(group, distinct(r for some in group.values() for r in some), "text") for group in groups]


def test_equal_texts_are_one_parameter_in_whatever_syntax_and_file() -> None:
    one, other = sorted(tied(sites()), key=lambda text: -len(text.sites))
    assert [(site.file.name, site.name) for site in one.sites] == [
        ("app.py", "ONE"),
        ("app.py", "TWO"),
        ("app.py", "THREE"),
        ("app.py", ""),
        ("sort.md", "sort"),
        ("sort.j2", "sort"),
        ("sort.yaml", "sort"),
        ("sort.json", "sort"),
    ]
    assert [site.name for site in other.sites] == ["FOUR"]


def test_the_order_in_which_twins_are_found_does_not_matter() -> None:
    for n in range(9):
        found = sites()
        groups = tied(found[n:] + found[:n])
        assert sorted(len(text.sites) for text in groups) == [1, 8]


def formatted() -> Text:
    """The twins, of which the first is known to be filled."""
    found = max(tied(sites()), key=lambda text: len(text.sites))
    ordered = sorted(found.readings, key=lambda reading: not reading.slots)
    return text(found.ways, ordered, "text")


def test_an_edit_is_written_at_each_place_in_its_own_spelling() -> None:
    found = formatted()
    assert found.parameter.default == 'Sort {n} "mails" today.\nBe quick about it.'
    value = "Sort these {n} 'mails'.\nBe 100% quick."
    assert found.parameter.problem(value) is None
    raw = {(site.file.name, site.name): found.raw(site, value) for site in found.sites}
    assert raw == {
        ("app.py", "ONE"): value,
        ("app.py", "TWO"): f"\n{value}\n",
        ("app.py", "THREE"): "Sort these %(n)s 'mails'.\nBe 100%% quick.",
        ("app.py", ""): value,
        ("sort.md", "sort"): f"  {value}\n\n",
        ("sort.j2", "sort"): value.replace("{n}", "{{ n }}"),
        ("sort.yaml", "sort"): f"{value}\n",
        ("sort.json", "sort"): value.replace("{n}", "{{n}}"),
    }


def test_all_places_say_the_new_text() -> None:
    found = formatted()
    value = 'Sort {n} letters.\nBe "slow".'
    edits: dict[str, dict[Site, str]] = {}
    for site in found.sites:
        edits.setdefault(site.file.name, {})[site] = found.raw(site, value)
    said = 'Sort 3 letters.\nBe "slow".'
    names: dict[str, object] = {}
    exec(patch(CODE, edits["app.py"]), names)
    assert (
        str(names["ONE"]).format(n=3) == str(names["TWO"]).strip().format(n=3) == str(names["THREE"]) % {"n": 3} == said
    )
    assert names["f"](3) == said  # type: ignore[operator]
    assert names["FOUR"] == "Sort {n} other mails today, and be quick about it."
    assert patched_text(FILES["sort.md"], edits["sort.md"]).strip().format(n=3) == said
    assert patched_text(FILES["sort.j2"], edits["sort.j2"]).replace("{{ n }}", "3") == said
    table = patched_table(FILES["sort.yaml"], edits["sort.yaml"])
    assert yaml.safe_load(table)["sort"].strip().format(n=3) == said and table.endswith("\n# end\n")
    assert json.loads(patched_table(FILES["sort.json"], edits["sort.json"]))["sort"].replace("{{n}}", "3") == said


def test_a_text_that_one_of_the_places_could_not_hold_is_unsafe() -> None:
    parameter = formatted().parameter
    assert parameter.problem("Sort all {n} mails, please.") is None
    for value in ("Sort {n} mails as {{braces}}.", "Sort {n} mails {% if so %}."):
        assert parameter.problem(value) is not None


@pytest.mark.parametrize(
    "other", ['"Sort {m} mails today, please."', '"Sort {n} mails today, please!"', '"Sort mails, please."']
)
def test_texts_that_differ_are_no_twins(other: str) -> None:
    found = sites_in(f'A = "Sort {{n}} mails today, please."\nB = {other}\n', Path("app.py"), "app")
    assert len(twins({site: tuple(readings(site)) for site in found})) == 2
