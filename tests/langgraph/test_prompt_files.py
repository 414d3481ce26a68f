"""Text files that the code names, or that stand where prompts are kept, are read; no other file of the project is."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from llmdl_langgraph.reading.prompt_files import MOST_BYTES, PromptFile, prompt_files
from llmdl_langgraph.reading.source import Source

CODE = '''
"""It's the module's docstring, which doesn't end what's quoted: "unquoted.md" is named by it too."""
import json  # don't read 'this' as the start of a text
read("greeting.txt"), read('texts/deep.md'), read(f"{folder}/part.md")
env.get_template("page.j2"), it_is("it's", "after.md"), load("rules")
'''
FILES = {
    "greeting.txt": "named",
    "texts/deep.md": "named with a folder",
    "texts/other.md": "in a folder that is named",
    "templates/page.j2": "named, and in a folder for prompts",
    "after.md": "named after an apostrophe",
    "prompts/rules.yaml": "a: named by its stem, where prompts are kept",
    "prompts/more.md": "where prompts are kept",
    "system_prompt.txt": "a prompt by its name",
    "persona.json": '{"a": "a prompt by its name"}',
    "prompts/sub/inner.xml": "below where prompts are kept",
}
OTHERS = {
    "README.md": "of the project",
    "CHANGELOG.md": "of the project",
    "rules.md": "its stem is named, but it isn't where prompts are kept",
    "data/rows.json": "[]",
    "requirements.txt": "a requirement",
    "prompts/requirements-dev.txt": "requirements",
    "prompts/.hidden.md": "hidden",
    ".cache/prompts/a.md": "in a hidden folder",
    "node_modules/prompts/a.md": "of others",
    "venv/prompts/a.md": "of others",
    "prompts/code.py": "X = 1",
    "prompts/picture.png": "no text",
    "prompts/empty.md": "",
    "prompts/big.txt": "x" * (MOST_BYTES + 1),
}


def source(file: Path, text: str = CODE, name: str = "app") -> Source:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return Source(ModuleType(name), file, text)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in {**FILES, **OTHERS}.items():
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "project/prompts/binary.txt").write_bytes(b"\xff\xfe\x00 no text")
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts/outside.md").write_text("outside of the project", encoding="utf-8")
    return tmp_path / "project"


def names(found: list[PromptFile]) -> list[str]:
    return sorted(file.name for file in found)


def test_what_is_named_and_what_stands_where_prompts_are_kept_is_read(project: Path) -> None:
    found = prompt_files([source(project / "app.py")])
    assert names(found) == sorted(FILES)
    assert {file.name: file.text for file in found} == FILES


def test_a_file_knows_whether_the_code_names_it(project: Path) -> None:
    found = prompt_files([source(project / "app.py")])
    assert sorted(file.name for file in found if file.is_mentioned) == [
        "after.md",
        "greeting.txt",
        "prompts/rules.yaml",
        "templates/page.j2",
        "texts/deep.md",
    ]


def test_the_root_is_what_is_marked_as_a_project_above_the_package(project: Path) -> None:
    (project / "requirements.txt").unlink()
    inner = source(project / "src/app/sub/module.py", name="app.sub.module")
    assert names(prompt_files([inner])) == []
    (project / "pyproject.toml").write_text("", encoding="utf-8")
    assert names(prompt_files([inner])) == sorted(FILES)


def test_a_file_is_read_once_however_many_modules_there_are(project: Path) -> None:
    modules = [source(project / f"{name}.py", name=name) for name in ("a", "b", "c")]
    assert names(prompt_files(modules)) == sorted(FILES)


def test_line_ends_and_marks_are_what_a_loader_reads(tmp_path: Path) -> None:
    code = source(tmp_path / "app.py")
    (tmp_path / "greeting.txt").write_bytes("\ufeffOne\r\nTwo é\r\n".encode())
    (file,) = prompt_files([code])
    assert file.text == "One\nTwo é\n"
    assert [(site.text, site.kind) for site in file.sites] == [("One\nTwo é\n", "file")]


def test_a_table_has_a_site_for_each_text_and_a_text_file_one(project: Path) -> None:
    found = {file.name: file for file in prompt_files([source(project / "app.py")])}
    assert [site.text for site in found["persona.json"].sites] == ["a prompt by its name"]
    assert [site.text for site in found["greeting.txt"].sites] == ["named"]
    assert found["persona.json"].is_table and found["persona.json"].passages(["a prompt by its name"]) == []
