"""A new text as edits of sentences of the old one: each can be taken, left, and tried alone."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from llmdl_plugins.run.feedback import alike

_REWRITTEN = 0.5
# White space belongs to the sentence after it, so that one that goes takes its own gap along.
_PIECE = re.compile(r"\s*\S.*?(?:[.!?]+[\"')\]]*(?=\s|$)|(?=\n)|$)", re.S)


@dataclass(frozen=True)
class Edit:
    """One sentence added, replaced or deleted.

    Args:
        at: the old sentence that goes, or the one after which the new one comes (-1: at the beginning).
        old: the sentence that goes, if one does.
        new: the sentence that comes, if one does.
    """

    at: int
    old: str = ""
    new: str = ""

    @property
    def words(self) -> str:
        """The sentence that this is about."""
        return (self.new or self.old).strip()


def pieces(text: str) -> list[str]:
    """The sentences of a text with the white space before them; joined, they are the text.

    >>> pieces("Be brief.  Say 1.5 l.\\n\\n- one\\n")
    ['Be brief.', '  Say 1.5 l.', '\\n\\n- one\\n']
    """
    found: list[str] = []
    for piece in _PIECE.findall(text):
        # "1." and "-" are the beginning of what follows.
        if found and not re.search(r"\w{2}", found[-1]):
            found[-1] += piece
        else:
            found.append(piece)
    rest = text[sum(map(len, found)) :]
    return [*found[:-1], found[-1] + rest] if found else [text]


def edits(old: str, new: str) -> list[Edit]:
    """What makes the new text out of the old one."""
    before, after = pieces(old), pieces(new)
    match = SequenceMatcher(None, [p.strip() for p in before], [p.strip() for p in after], autojunk=False)
    found: list[Edit] = []
    for what, start, end, begin, stop in match.get_opcodes():
        if what != "equal":
            found += _between(before, after[begin:stop], range(start, end))
    return found


def _between(before: Sequence[str], came: Sequence[str], gone: range) -> list[Edit]:
    """Sentences that went and came in one place: those alike are one that was rewritten."""
    left, place, found = list(gone), gone.start - 1, list[Edit]()
    for new in came:
        home = next((n for n in left if alike(before[n], new) >= _REWRITTEN), None)
        if home is None:
            found.append(Edit(place, new=new))
        else:
            found.append(Edit(home, before[home], new))
            left.remove(home)
            place = home
    return found + [Edit(n, old=before[n]) for n in left]


def applied(old: str, chosen: Sequence[Edit]) -> str:
    """The old text with some edits made; the white space at its end stays there.

    >>> applied("Be kind. Be brief.", [Edit(0, "Be kind."), Edit(1, new="Name the unit.")])
    'Be brief. Name the unit.'
    >>> applied("Be brief.\\n", [Edit(0, new="\\nName the unit.")])
    'Be brief.\\nName the unit.\\n'
    """
    gone = {edit.at: edit.new for edit in chosen if edit.old}
    added: dict[int, list[str]] = {}
    for edit in chosen:
        if not edit.old:
            added.setdefault(edit.at, []).append(edit.new)
    parts = list(added.get(-1, ()))
    body = old.rstrip()
    for n, piece in enumerate(pieces(body)):
        parts += [gone.get(n, piece), *added.get(n, ())]
    text = ""
    for part in (p for p in parts if p):
        apart = not text or part[0].isspace() or text[-1].isspace()
        text += part if apart else f" {part}"
    text = text.rstrip() + old[len(body) :]
    return text if old[:1].isspace() else text.lstrip()


def without(text: str, sentence: str) -> str:
    """The text without one of its sentences, wherever it stands."""
    same = [n for n, piece in enumerate(pieces(text)) if piece.strip() == sentence.strip()]
    return applied(text, [Edit(n, old=sentence) for n in same])


def holds(sentences: Collection[str], sentence: str) -> bool:
    """Whether one of these says the same."""
    return any(one.strip() == sentence.strip() or alike(one, sentence) >= 0.8 for one in sentences)
