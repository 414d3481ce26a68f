"""Text that came from models, data or files, made safe for a Markdown page that others read: a pull request."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from llmdl_plugins.printable import printable
from llmdl_plugins.report.diff import Piece

_SPECIAL = re.compile(r"[\\`*_\[\]|~$]|^[-+#=>]|(?<=^\d)[.)]")
_ACTING = re.compile(r"@|#|:(?=//)|www(?=\.)", re.I)
_APART = "&#8203;"  # a space without width: nobody is called, nothing becomes a link
_TAGS = {"same": ("", ""), "out": ("<del>", "</del>"), "in": ("<ins>", "</ins>")}


def escaped(text: str) -> str:
    """Words in a line: no markup, no link, nobody is called, no issue is mentioned.

    >>> print(escaped("<b>*hi* @all"))
    &lt;b&gt;\\*hi\\* @&#8203;all
    """
    line = " ".join(printable(text).split())
    plain = _SPECIAL.sub(r"\\\g<0>", escape(line, quote=False))
    return _ACTING.sub(lambda found: found[0] + _APART, plain)


def code(text: str) -> str:
    """A name or a value in a line, as it is.

    >>> code("a`b")
    '`` a`b ``'
    """
    line = " ".join(printable(text).split()) or " "
    fence = "`" * (max((len(run) for run in re.findall("`+", line)), default=0) + 1)
    apart = " " if "`" in line else ""
    return f"{fence}{apart}{line}{apart}{fence}".replace("|", "\\|")


def word_changes(pieces: Sequence[Piece]) -> str:
    """A text with what was taken out and what was put in, in a block in which nothing else is markup."""
    told = "".join(_TAGS[p.mark][0] + escape(printable(p.text)) + _TAGS[p.mark][1] for p in pieces)
    # A blank line would not end the block, but a closing tag of its own would: both are escaped above.
    return f"<pre>{told}</pre>"
