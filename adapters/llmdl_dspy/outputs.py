"""The outputs in an answer to DSPy's chat adapter, where all are texts: those that its `parse` finds."""

from __future__ import annotations

from collections.abc import Sequence

from llmdl_dspy.compat import HEADER

_BEGINS = "[[ ## "


def texts_in(answer: str, names: Sequence[str]) -> dict[str, str] | None:
    """The outputs by name; None where one is missing, of which DSPy has more to say."""
    sections, lines = dict[str, list[str]](), list[str]()
    for line in answer.splitlines():
        header = HEADER.match(line.strip()) if _BEGINS in line else None
        if header is None:
            lines.append(line)
            continue
        rest = line[header.end() :].strip()  # counted as DSPy counts, from the end of the line without its indent
        lines = [rest] if rest else []
        sections.setdefault(header[1], lines)
    if not all([name in sections for name in names]):
        return None
    return {name: "\n".join(sections[name]).strip() for name in names}
