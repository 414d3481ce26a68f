"""The bench on real texts: answers are asked once, seeds draw other rows, and what was measured makes the table."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from langchain_core.language_models import FakeListChatModel

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
RECORD = BENCHMARKS / "records" / "real_text.jsonl"
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))


def test_an_answer_is_kept_with_its_scores_for_the_next_run(tmp_path: Path) -> None:
    from texts.remembered import Remembered

    with closing(Remembered(tmp_path / "answers")) as answers:
        first, again = (FakeListChatModel(responses=said, cache=answers) for said in (["a", "b"], ["c"]))
        assert [first.invoke(text).text for text in ("one", "two", "one")] == ["a", "b", "a"]
        # Another model is another key: what a model answers depends on its settings.
        assert [again.invoke("one").text, again.invoke("one").text] == ["c", "c"]
    with closing(Remembered(tmp_path / "answers")) as answers:
        assert FakeListChatModel(responses=["a", "b"], cache=answers).invoke("two").text == "b"


def test_a_seed_draws_rows_of_its_own_and_none_twice(tmp_path: Path) -> None:
    from texts.sets import freed, sets

    rows = [
        {"split": split, "inputs": {"text": f"{split} {n}"}, "expected": {"label": str(n % 2)}}
        for split, size in (("train", 100), ("val", 60), ("test", 80))
        for n in range(size)
    ]
    (tmp_path / "two.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    (texts,) = sets([tmp_path / "two.jsonl"], news=False)
    one, other = texts.drawn(0), texts.drawn(1)
    assert {split: len(found) for split, found in one.items()} == {"train": 100, "val": 40, "test": 60}
    drawn = [row["inputs"]["text"] for found in one.values() for row in found]
    assert len(set(drawn)) == 200 and one != other and texts.drawn(0) == one
    assert all(row["inputs"]["text"].startswith("test") for row in one["test"])
    assert freed(texts).drawn(0) == one and (texts.labels, freed(texts).labels) == (["0", "1"], ())


def test_what_no_model_gives_stands_beside() -> None:
    from texts.measuring import no_model

    def rows(*pairs: tuple[str, str]) -> list[dict[str, dict[str, str]]]:
        return [{"inputs": {"text": text}, "expected": {"label": label}} for text, label in pairs]

    train = rows(*[("play a song", "music"), ("is it cold outside", "weather")] * 4)
    found = no_model({"train": train, "test": rows(("play it", "music"), ("so cold", "weather"))})
    assert found[0] == found[2] == 1.0


def test_a_line_says_on_how_many_seeds_a_gain_is_claimed_and_what_was_lost() -> None:
    from texts.table import table

    shared = {"model": "m", "set": "two", "teacher": "", "refused": {}, "taught": 0, "proposed": 5, "accepted": 1}
    runs = [
        ("demonstrations", 0, "improved", [0.0, 1.0, 0.5, 1.0], "0000", "1111"),
        ("demonstrations", 1, "no gain shown", [0.5, 0.0, -0.9, -0.1], "1100", "0000"),
        ("random sets", 0, "no gain shown", [None, None], "0000", "0000"),
    ]
    names = "optimizer", "seed", "status", "tested", "start", "end"
    told = [{**shared, **dict(zip(names, run, strict=True)), "calls": 9, "no model": [0.5, 1.0, 0.25]} for run in runs]
    lines = table(told).splitlines()
    assert "| demonstrations | `demonstrations` | 25 → 50 (1 of 2, 1 down) | 2 of 10 | – | 9 |" in lines
    assert "| demonstrations | `random sets` | 0 → 0 (0 of 1) | 1 of 5 | – | 9 |" in lines
    assert any("no model" in line and "| 50, 100, 25 |" in line for line in lines)
    # Only the rows of seeds that both have are compared.
    assert any("over `random sets`" in line and "| +100 (+100 to +100) |" in line for line in lines)


@pytest.mark.skipif(not RECORD.exists(), reason="nothing was measured yet")
def test_the_table_is_made_again_from_the_record_alone(tmp_path: Path) -> None:
    """No run is left to make, so no model is asked; every line of the table stands in the text."""
    held = tmp_path / RECORD.name
    held.write_bytes(RECORD.read_bytes())
    command = [sys.executable, str(BENCHMARKS / "real_text.py"), "--no-news", "--json", str(held)]
    told = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout.splitlines()
    written = (BENCHMARKS / "real_text.md").read_text(encoding="utf-8").splitlines()
    assert len(told) > 5 and [line for line in told if line not in written] == []
