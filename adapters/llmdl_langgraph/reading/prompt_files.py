"""Prompt files: the texts beside the code that its loaders may read."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from llmdl_langgraph.reading.entries import entries_in
from llmdl_langgraph.reading.passages import passages, whole
from llmdl_langgraph.reading.project import project_of
from llmdl_langgraph.reading.set_aside import holds_no_prompts, ignored
from llmdl_langgraph.reading.sites import Site
from llmdl_langgraph.reading.source import OURS, Source
from llmdl_langgraph.wording.template import every

TABLES = {".yaml", ".yml", ".json", ".toml", ".ini", ".cfg", ".csv", ".tsv"}
RECORDS = {".csv", ".tsv"}
NO_TEXTS = {
    ".py", ".pyi", ".ipynb", ".js", ".jsx", ".mjs", ".ts", ".tsx", ".css", ".scss", ".svg", ".map", ".lock", ".sh",
    ".ps1", ".sql", ".go", ".rs", ".java", ".c", ".h", ".cpp", ".jsonl", ".log", ".db", ".png", ".jpg", ".gif", ".pdf",
    ".patch", ".diff",
}  # fmt: skip
MOST_BYTES = 200_000
MOST_FILES = 500
MOST_CHARS = 120

_LEFT_OUT = {"node_modules", "venv", "env", "site-packages", "dist", "build", "__pycache__", *OURS}
_PROMPTISH = re.compile(r"(^|[_\W])(prompts?|instructions?|personas?|system|templates?)([_\W]|$)", re.I)


@dataclass(frozen=True, eq=False)
class PromptFile:
    """A text file of the user's project.

    Args:
        path: where it is.
        name: its path from the root of the project, with `/`.
        text: its content.
        is_mentioned: whether the code names it.
    """

    path: Path
    name: str
    text: str = field(repr=False)
    is_mentioned: bool = False

    @property
    def is_table(self) -> bool:
        """Whether each of its values is a text of its own."""
        return self.path.suffix.lower() in TABLES

    @cached_property
    def sites(self) -> list[Site]:
        """What can be a prompt of its own: the whole text, or each value of a table."""
        if self.is_table:
            return [site for site in entries_in(self.text, self.path, self.name) if self._is_told(site)]
        return [whole(self.text, self.path, self.name)] if self.text.strip() else []

    def _is_told(self, site: Site) -> bool:
        """Whether a text is more than a record: files with headings are data, but for those of prompts."""
        if self.path.suffix.lower() not in RECORDS:
            return True
        return _is_promptish(Path(self.name)) or bool(_PROMPTISH.search(site.scope.rpartition(".")[2]))

    def passages(self, sent: Sequence[str]) -> list[Site]:
        """The parts of it that stand in these messages."""
        return [] if self.is_table else passages(self.text, self.path, self.name, sent)


def prompt_files(sources: Sequence[Source]) -> list[PromptFile]:
    """The text files that the code of these modules names, or that stand where prompts are kept."""
    found: dict[Path, PromptFile] = {}
    for root in sorted({project_of(source) for source in sources} or {Path.cwd()}):
        here = [source for source in sources if source.file.absolute().is_relative_to(root)]
        for file in _in_project(root, here):
            found.setdefault(file.path, file)
    return list(found.values())[:MOST_FILES]


def _in_project(root: Path, sources: Sequence[Source]) -> Iterator[PromptFile]:
    named, tops = quoted_in(sources), {source.name.partition(".")[0] for source in sources}
    code = {source.file.absolute(): _place(source) for source in sources}
    near = {path: _is_mentioned(path, root, named, tops) for path in _files(root, named, code)}
    near = {path: told for path, told in near.items() if told or _is_near(path.relative_to(root), named)}
    left_out = ignored(root, [path for path in near if path.name not in named], code)
    for path, mentioned in near.items():
        if path not in left_out and (text := _content(path)):
            yield PromptFile(path, path.relative_to(root).as_posix(), text, mentioned)


def _place(source: Source) -> Path:
    """Its path from the folder that it is imported from."""
    parts = source.name.split(".")
    return Path(*parts, source.file.name) if source.file.stem == "__init__" else Path(*parts[:-1], source.file.name)


def _is_mentioned(path: Path, root: Path, named: Collection[str], tops: Collection[str]) -> bool:
    relative = path.relative_to(root)
    is_by_stem = path.stem in named and _is_promptish(relative) and not _is_foreign(relative, root, tops)
    return path.name in named or is_by_stem


def quoted_in(sources: Sequence[Source]) -> set[str]:
    """The short texts that code quotes: names of files and folders are among them."""
    nodes = (node for source in sources for node in every(source.tree) if isinstance(node, ast.Constant))
    quoted = [node.value for node in nodes if isinstance(node.value, str) and len(node.value) <= MOST_CHARS]
    return {name for text in quoted for name in (text, *text.split("/"))}


def _files(root: Path, named: Collection[str], code: Mapping[Path, Path]) -> Iterator[Path]:
    for folder, folders, files in os.walk(root):
        kept = (f for f in folders if not f.startswith(".") and f not in _LEFT_OUT)
        folders[:] = sorted(f for f in kept if not holds_no_prompts(Path(folder, f), named, code))
        for file in sorted(files):
            path = Path(folder, file)
            if path.suffix and path.suffix.lower() not in NO_TEXTS and not file.startswith((".", "requirements")):
                yield path


def _is_near(relative: Path, named: set[str]) -> bool:
    return _is_promptish(relative) or any(part in named for part in relative.parts[:-1])


def _is_foreign(relative: Path, root: Path, tops: Collection[str]) -> bool:
    """Whether a file belongs to another package of the project."""
    folders = [root.joinpath(*relative.parts[:n]) for n in range(1, len(relative.parts))]
    package = next((folder for folder in folders if (folder / "__init__.py").exists()), None)
    return package is not None and package.name not in tops


def _is_promptish(relative: Path) -> bool:
    return any(_PROMPTISH.search(part) for part in (*relative.parts[:-1], relative.stem))


def _content(path: Path) -> str | None:
    """What a loader reads: line ends as Python's text mode gives them."""
    try:
        if path.stat().st_size > MOST_BYTES:
            return None
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None
