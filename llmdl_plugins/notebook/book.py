"""A notebook: its code cells as one Python source, and a changed source written back into the cells."""

from __future__ import annotations

import json
import tokenize
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from io import StringIO
from itertools import accumulate, pairwise
from pathlib import Path

from llmdl_plugins.notebook.cells import as_python
from llmdl_plugins.notebook.spans import Span, elements, members


@dataclass(frozen=True)
class Cell:
    """A code cell.

    Args:
        number: which of the notebook's cells it is, text cells counted too, from 1.
        source: what stands in it.
        span: where its source stands in the JSON text.
    """

    number: int
    source: str
    span: Span

    @property
    def lines(self) -> list[str]:
        """A line that names the cell, then its own as plain Python."""
        return [f"# Cell {self.number}", *as_python(self.source)]


@dataclass(frozen=True)
class Notebook:
    """A notebook in the JSON form in which Jupyter writes it.

    Args:
        text: the JSON text.
    """

    text: str

    @classmethod
    def read(cls, path: Path) -> Notebook:
        """The notebook in a file, with the line ends that it has."""
        return cls(path.read_bytes().decode("utf-8-sig"))

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """Its code cells.

        Raises:
            ValueError: the text is no notebook.
        """
        try:
            told = json.loads(self.text)["cells"]
            spans = [members(self.text, span.start) for span in elements(self.text, members(self.text, 0)["cells"][0])]
            both = list(zip(told, spans, strict=True))
            return tuple(
                Cell(n, _joined(cell["source"]), where["source"])
                for n, (cell, where) in enumerate(both, 1)
                if cell["cell_type"] == "code"
            )
        except (KeyError, TypeError, IndexError, RecursionError) as error:
            raise ValueError(f"no notebook of format 4: {error!r}") from None

    @cached_property
    def source(self) -> str:
        """All code cells in order; a comment line before each names it."""
        return "".join(line + "\n" for cell in self.cells for line in cell.lines)

    def place(self, line: int) -> tuple[int, int]:
        """The cell, and the line in it, of a line of `source`; all three count from 1."""
        ends = list(accumulate(len(cell.lines) for cell in self.cells))
        n = next(n for n, end in enumerate(ends) if line <= end)
        return self.cells[n].number, max(line - ends[n] + len(self.cells[n].lines) - 1, 1)

    def with_source(self, new: str) -> str:
        """The JSON text of the notebook with a changed source; only lines that differ are written anew.

        Args:
            new: `source` with other literals in it; comments and cells are the same.
        """
        text = self.text
        for cell, lines in reversed(list(zip(self.cells, self._cut(new), strict=True))):
            if (now := "\n".join(lines)) != cell.source:
                text = text[: cell.span.start] + self._written(cell, now) + text[cell.span.end :]
        return text

    def _cut(self, new: str) -> Iterator[Sequence[str]]:
        """The lines of each cell in a changed source, as IPython has them."""
        lines = new.removesuffix("\n").split("\n")
        # A string may hold what looks like a comment: only the tokenizer tells, and comments never change.
        moved = dict(zip(_comments(self.source), _comments(new), strict=True))
        starts = [moved[line] for line in self._heads]
        for line, spelled in self._translated.items():
            lines[moved[line]] = spelled
        for start, end in pairwise([*starts, len(lines)]):
            yield lines[start + 1 : end]

    @property
    def _heads(self) -> list[int]:
        return [0, *accumulate(len(cell.lines) for cell in self.cells)][: len(self.cells)]

    @property
    def _translated(self) -> Mapping[int, str]:
        """The lines of `source` that were spelled in another way, as they stand in the cell."""
        found = {}
        for start, cell in zip(self._heads, self.cells, strict=True):
            both = zip(cell.lines[1:], cell.source.split("\n"), strict=True)
            found.update({start + n: mine for n, (ours, mine) in enumerate(both, 1) if ours != mine})
        return found

    def _written(self, cell: Cell, new: str) -> str:
        held = self.text[slice(*cell.span)]
        if not held.startswith("["):
            return self._string(new)
        spans = elements(self.text, cell.span.start)
        old = [self.text[slice(*span)] for span in spans]
        lines = _with_ends(new)
        matcher = SequenceMatcher(None, [json.loads(one) for one in old], lines, autojunk=False)
        written = [
            text
            for tag, i1, i2, j1, j2 in matcher.get_opcodes()
            for text in (old[i1:i2] if tag == "equal" else map(self._string, lines[j1:j2]))
        ]
        before, after = self.text[cell.span.start + 1 : spans[0].start], self.text[spans[-1].end : cell.span.end]
        return "[" + before + f",{before}".join(written) + after

    def _string(self, text: str) -> str:
        return json.dumps(text, ensure_ascii=self.text.isascii() and "\\u" in self.text)


def _joined(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)


def _with_ends(text: str) -> list[str]:
    lines = text.split("\n")
    return [*(line + "\n" for line in lines[:-1]), *([lines[-1]] if lines[-1] else [])]


def _comments(source: str) -> list[int]:
    """The lines, from 0, that end in a comment."""
    tokens = tokenize.generate_tokens(StringIO(source).readline)
    return [token.start[0] - 1 for token in tokens if token.type == tokenize.COMMENT]
