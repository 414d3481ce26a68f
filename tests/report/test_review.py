"""The page for the reviewer says what the run's records bear out, and nothing in it can act on who reads it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from llmdl_plugins.checks import Check, Verification
from llmdl_plugins.report.diff import word_diff
from llmdl_plugins.report.markdown import code, escaped, word_changes
from llmdl_plugins.report.review import TITLE, review
from llmdl_plugins.report.source import read_run
from llmdl_plugins.run.ledger import Ledger

from .conftest import RESULT, Make, move

SIDE = {"calls": 2.0, "input_tokens": 1200.0, "output_tokens": 40.0, "seconds": 1.25, "usd": 0.0012}
SEALED = {"before": SIDE, "after": {**SIDE, "input_tokens": 1500.0, "usd": None}, "fixed": 25, "broken": 5}
FELT = [
    {"parameter": "route/prompt", "words": "It is not kind.", "count": 7},
    {"parameter": "route/prompt", "words": "It is not kind.", "count": 2},
    {"parameter": "route/prompt", "words": "It forgets the date.", "count": 3},
    {"parameter": "other/prompt", "words": "Not about this.", "count": 9},
]
CHECKS = [
    Check("node names", True, "2 nodes"),
    Check("edges", False, "3; exported: 4"),
    Check("a thread", None, "no rows"),
]
HOSTILE = (
    "</pre><script>alert(1)</script> <img src=x onerror=y> **bold** [link](http://evil.example) @everyone #12 `code` "
    "https://evil.example www.evil.example\n\n# Heading\n| a | b |\n</del>\x1b[31m\u202e~~gone~~ $x$ <!-- "
)


def page(
    folder: Path, felt: Sequence[Any] = FELT, sealed: Any = SEALED, checks: Any = CHECKS, verified: Any = None
) -> str:
    ledger = Ledger(folder / "ledger.db")
    for one in felt:
        ledger.add_event("feedback", one)
    if sealed:
        ledger.add_event("sealed", sealed)
    ledger.close()
    return review(read_run(folder), checks, verified, "prompts.patch")


def test_it_says_what_changed_and_why(make: Make) -> None:
    told = page(make())
    assert told.startswith(TITLE)
    assert "### `route/prompt`\n\n<pre>Be brief<ins> and kind</ins>.</pre>" in told
    assert "Accepted: new text for route/prompt: 50.0 % → 60.0 % on 32 val rows, 5 won, 2 lost" in told
    assert "another text" not in told
    assert (
        "- Said of its failures, 9 times: It is not kind.\n- Said of its failures, 3 times: It forgets the date."
        in told
    )
    assert "Not about this" not in told
    assert "`plain` → `static`. This is no text of your source and so not part of a patch" in told


def test_it_says_what_was_gained_and_what_a_request_takes(make: Make) -> None:
    told = page(make())
    assert "| 50.0 % | 70.0 % | +20.0 | +10.0 to +30.0 | = 0.001 | 100 | 25 | 5 | once |" in told
    assert "| model calls | 2.00 | 2.00 |" in told and "| tokens in | 1,200 | 1,500 |" in told
    assert "| waiting for models (s) | 1.250 | 1.250 |" in told
    assert "| price (US dollars) | 0.001200 | unknown: no prices were given |" in told


def test_it_says_what_was_checked_what_not_and_how_to_go_back(make: Make) -> None:
    told = page(make(), verified=Verification(2, 6, ("probe 1: it differs",)))
    assert "- Holds: node names (2 nodes)".replace("(", "(") in told
    assert "- **Does not hold**: edges" in told and "- Not checked: a thread" in told
    assert "**Does not hold**: messages of the patched copy (6 calls of 2 rows" in told
    assert "probe 1: it differs" in told
    assert "git apply prompts.patch\ngit apply -R prompts.patch" in told
    assert "Messages of the patched copy were not compared" not in told


def test_a_run_without_these_records_claims_nothing_about_them(make: Make) -> None:
    told = page(make(), felt=(), sealed=None, checks=())
    assert "No feedback about it is on record" in told and "Not recorded." in told and "Nothing was checked." in told
    assert "| not recorded | not recorded |" in told and "--verify ROWS" in told


def test_nothing_handed_over_is_said(make: Make) -> None:
    told = page(make(result={**RESULT, "status": "no gain shown", "parameters": {}, "interval": [-0.1, 0.3]}))
    assert "Nothing: the untouched application is handed over." in told


@pytest.mark.parametrize("where", ["text", "name", "words", "what", "check", "target"])
def test_hostile_text_stays_text(make: Make, where: str) -> None:
    name = HOSTILE if where == "name" else "route/prompt"
    after = HOSTILE if where == "text" else "Be kind."
    result = {**RESULT, "parameters": {name: {"before": "Be brief.", "after": after}}}
    config = {"target": HOSTILE} if where == "target" else {}
    from .conftest import CONFIG

    folder = make(
        result=result,
        config={**CONFIG, **config},
        moves=[move(HOSTILE if where == "what" else "new text", [name], True)],
    )
    felt = [{"parameter": name, "words": HOSTILE if where == "words" else "It is bad.", "count": 1}]
    told = page(folder, felt=felt, checks=[Check("x", True, HOSTILE if where == "check" else "y")])
    html = MarkdownIt("gfm-like", {"linkify": False}).render(told)
    visible = re.sub(r"<(code|pre)>.*?</\1>", "", html, flags=re.S)
    assert not re.findall(r"<(script|img|a |iframe|s>)", html)
    assert "@everyone" not in visible and "#12" not in visible
    assert "://evil" not in visible and "www.evil" not in visible
    assert "\x1b" not in told and "\u202e" not in told
    assert len(re.findall(r"<h[12]>", html)) == 7


@pytest.mark.parametrize("text", ["a`b", "``", "plain", "a|b", "", "`"])
def test_a_name_is_one_piece_of_code(text: str) -> None:
    html = MarkdownIt().renderInline(code(text).replace("\\|", "|"))
    assert html.startswith("<code>") and html.endswith("</code>") and html.count("<code>") == 1


def test_a_word_diff_keeps_every_character() -> None:
    told = word_changes(word_diff("a <b> & c\n\nd", "a <b> & e\n\nd"))
    assert told == "<pre>a &lt;b&gt; &amp; <del>c</del><ins>e</ins>\n\nd</pre>"
    assert escaped("a\nb  c") == "a b c"
