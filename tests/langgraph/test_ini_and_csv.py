"""Each text of an INI or CSV file is a site; an edit changes its value alone, as the reader of such files reads it."""

from __future__ import annotations

import configparser
import csv
from io import StringIO
from pathlib import Path

import pytest

from llmdl_langgraph.errors import CannotExportError
from llmdl_langgraph.reading.entries import entries_in, patched_table
from llmdl_langgraph.reading.prompt_files import PromptFile

INI = """; what the desk says
[DEFAULT]
house = the library

[desk]
system = You lend books to people.
    Be kind to those
      who bring them late.

    Thank them.
# a word between
Closing: Say when the desk closes   
empty =
broken = one
    # a comment inside
    two

[night desk]
system: You guard %(house)s at night.
"""
CSV = """id,role,text
lend,system,"You lend books, ""old"" ones too."
late,user,Bring it back soon
long,system,"One line
and another"

,user,no name
"""
PERCENT = "[desk]\nsystem = Be 100% sure of a book.\n"


def read_ini(text: str, raw: bool = False) -> dict[tuple[str, str], str]:
    read = configparser.ConfigParser(interpolation=None if raw else configparser.BasicInterpolation())
    read.read_string(text)
    return {(section, key): value for section in read.sections() for key, value in read.items(section)}


def test_the_texts_of_an_ini_file_are_those_that_its_reader_gives() -> None:
    found = {site.scope: site.text for site in entries_in(INI, Path("desk.ini"), "desk.ini")}
    assert found == {
        "DEFAULT.house": "the library",
        "desk.system": "You lend books to people.\nBe kind to those\nwho bring them late.\n\nThank them.",
        "desk.closing": "Say when the desk closes",
        "night desk.system": "You guard %(house)s at night.",
    }


@pytest.mark.parametrize("new", ["Speak of books.", "Speak.\nThen:\n\n- be \"kind\" = 'short': [x]", "é 🎉 {x}"])
@pytest.mark.parametrize("scope", ["desk.system", "desk.closing"])
def test_an_edit_of_an_ini_file_changes_one_value(new: str, scope: str) -> None:
    [site] = [site for site in entries_in(INI, Path("desk.ini"), "desk.ini") if site.scope == scope]
    before = read_ini(INI)
    changed = patched_table(INI, {site: new})
    assert read_ini(changed) == {**before, tuple(scope.split(".")): new}
    assert "# a word between" in changed and "; what the desk says" in changed


@pytest.mark.parametrize("new", ["# Rules\n\nBe kind.\n# More", "Steps:\n  - indented", "Give 100% of it."])
def test_what_an_ini_file_would_read_otherwise_is_refused(new: str) -> None:
    [site] = [site for site in entries_in(INI, Path("desk.ini"), "desk.ini") if site.scope == "desk.system"]
    with pytest.raises(CannotExportError, match=r"desk\.ini, line 6"):
        patched_table(INI, {site: new})


def test_a_file_that_only_a_reader_without_interpolation_reads_holds_any_percent_sign() -> None:
    [site] = entries_in(PERCENT, Path("desk.cfg"), "desk.cfg")
    changed = patched_table(PERCENT, {site: "Be 50% sure."})
    assert read_ini(changed, raw=True) == {("desk", "system"): "Be 50% sure."}


def test_the_texts_of_a_csv_file_are_named_by_line_and_heading() -> None:
    found = [(site.scope, site.text) for site in entries_in(CSV, Path("desk.csv"), "desk.csv")]
    assert found[:3] == [("lend.id", "lend"), ("lend.role", "system"), ("lend.text", 'You lend books, "old" ones too.')]
    assert found[-1] == ("3.text", "no name") and ("long.text", "One line\nand another") in found


@pytest.mark.parametrize("new", ['Lend, "gladly",\nto all; é 🎉', "Lend it", "'Lend'\t{x}"])
@pytest.mark.parametrize("scope", ["lend.text", "late.text", "long.text"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_an_edit_of_a_csv_file_changes_one_field(new: str, scope: str, delimiter: str) -> None:
    rows = list(csv.reader(StringIO(CSV)))
    text = StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(rows)
    content = text.getvalue()
    [site] = [site for site in entries_in(content, Path("desk.csv"), "desk.csv") if site.scope == scope]
    after = list(csv.reader(StringIO(patched_table(content, {site: new}), newline=""), delimiter=delimiter))
    assert [row for row, was in zip(after, rows, strict=True) if row != was] == [[*site_row(rows, scope), new]]


def site_row(rows: list[list[str]], scope: str) -> list[str]:
    return next(row[:-1] for row in rows if row and row[0] == scope.partition(".")[0])


def test_a_csv_file_that_its_reader_reads_otherwise_has_no_texts() -> None:
    assert entries_in('id,text\na,"one" two\n', Path("x.csv"), "x.csv") == []


def test_records_are_data_and_tables_of_prompts_are_not() -> None:
    path, content = Path("films.csv"), "title,plot\nRain,It rains for three days on a town.\n"
    assert PromptFile(path, "data/films.csv", content).sites == []
    assert len(PromptFile(path, "prompts/films.csv", content).sites) == 2
    prompts = content.replace("plot", "system_prompt")
    assert [site.scope for site in PromptFile(path, "data/films.csv", prompts).sites] == ["Rain.system_prompt"]
