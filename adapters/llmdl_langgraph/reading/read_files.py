"""Which of the files beside the code it may read: a copy of an application takes these along, and no others."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from llmdl_langgraph.reading.source import Source
from llmdl_langgraph.wording.template import every

MOST_CHARS = 120
MOST_BYTES = 200_000
SETTINGS = {".toml", ".yaml", ".yml", ".json", ".ini", ".cfg"}

_LISTING = {"iterdir", "glob", "rglob", "listdir", "scandir", "walk", "get_data", "PackageLoader", "FileSystemLoader"}
_WORD = re.compile(r"[\w.-]+")
_LICENCES = ("license", "licence", "notice", "copying", "authors")


class ReadFiles:
    """The files that these modules may read: by name, by the end of a name, by their folder, or by listing that.

    Args:
        sources: the modules.
    """

    def __init__(self, sources: Sequence[Source]) -> None:
        self.sources = sources
        self._settings: dict[Path, set[str]] = {}

    def has(self, file: Path, folder: Path) -> bool:
        """Whether a file in a folder, at any depth, is code, a licence, or may be read by code.

        Args:
            file: the file.
            folder: the folder from which the code is imported.
        """
        if file.suffix == ".py" or file.stem.lower() in _LICENCES or self._lists:
            return True
        *folders, name = file.relative_to(folder).parts
        words = self._words if file.suffix in SETTINGS else self._words | self._set_in(folder)
        return (
            name in words
            or file.stem in words
            or not words.isdisjoint(folders)
            or any("." in word and name.endswith(word) for word in words)
        )

    def _set_in(self, folder: Path) -> set[str]:
        """The words of settings that the code reads: they name files as well."""
        if folder not in self._settings:
            files = [file for level in ("*", "*/*") for file in folder.glob(level) if file.suffix in SETTINGS]
            texts = (file.read_text("utf-8", "replace") for file in files if self.has(file, folder) and _is_short(file))
            self._settings[folder] = {word for text in texts for word in _WORD.findall(text)}
        return self._settings[folder]

    @cached_property
    def _lists(self) -> bool:
        """Whether code reads whatever a folder holds."""
        return any(
            (node.attr if isinstance(node, ast.Attribute) else node.id) in _LISTING
            for source in self.sources
            for node in every(source.tree)
            if isinstance(node, ast.Attribute | ast.Name)
        )

    @cached_property
    def _words(self) -> set[str]:
        """The short texts that code quotes, and the parts of the paths among them."""
        nodes = (node for source in self.sources for node in every(source.tree) if isinstance(node, ast.Constant))
        quoted = [node.value for node in nodes if isinstance(node.value, str) and len(node.value) <= MOST_CHARS]
        return {word for text in quoted for word in (text, *text.replace("\\", "/").split("/")) if word.strip()}


def _is_short(file: Path) -> bool:
    return file.is_file() and file.stat().st_size <= MOST_BYTES
