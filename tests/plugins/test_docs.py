"""Every hook has a page, and the example on it is a plugin that works."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from llmdl_plugins.plugins import load_file
from llmdl_plugins.plugins.catalogue import catalogue
from llmdl_plugins.plugins.kinds import HOOKS, KINDS, RUN_HOOKS
from llmdl_plugins.plugins.manager import manager
from llmdl_plugins.plugins.structure import findings
from llmdl_plugins.run.audience import watched
from llmdl_plugins.run.events import HOOK
from llmdl_plugins.run.observers import of_plugins

DOCS = Path(__file__).parent.parent.parent / "docs"
PAGES = {page.stem: page for page in (DOCS / "hooks").glob("*.md")}


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], None]]:
    """The code of a page as the plugin file that it says it is."""
    monkeypatch.setattr(sys, "path", [*sys.path])

    def use(page: Path) -> None:
        blocks = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.S)
        assert blocks, f"{page.name} has no example"
        (tmp_path / "my_plugin.py").write_text("\n".join(blocks), encoding="utf-8")
        load_file(tmp_path / "my_plugin.py")

    yield use
    sys.modules.pop("my_plugin", None)


def test_every_hook_has_a_page_and_every_page_a_hook() -> None:
    assert set(PAGES) == set(HOOKS)


@pytest.mark.parametrize("name", HOOKS)
def test_every_hook_says_what_it_is_and_is_named_on_the_page_of_plugins(name: str) -> None:
    assert len(HOOKS[name].__doc__ or "") > 40
    assert f"(hooks/{name}.md)" in (DOCS / "plugins.md").read_text(encoding="utf-8")
    page = PAGES[name].read_text(encoding="utf-8")
    assert page.startswith(f"# {name}\n") and all(
        part in page for part in ("**Called**", "## Example", "## What an error")
    )


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_of_a_catalogue_hook_offers_what_can_be_used(kind: str, example: Callable[[Path], None]) -> None:
    example(PAGES[f"llmdl_{kind}"])
    offers = [offer for offer in catalogue(kind).values() if offer.plugin.name == "my_plugin"]
    assert offers and manager().faults == []
    assert [f for offer in offers for f in findings(offer) if f.wrong] == []


@pytest.mark.parametrize("event", HOOK, ids=lambda event: HOOK[event])
def test_the_example_of_a_run_hook_hears_its_event(event: type, example: Callable[[Path], None]) -> None:
    example(PAGES[HOOK[event]])
    told: list[object] = []
    with watched(told.append, of_plugins()) as tell:
        tell(event())
    assert told == [event()] and manager().faults == []  # and no word of a fault
    assert set(HOOK.values()) == set(RUN_HOOKS)


@pytest.mark.parametrize("event", HOOK, ids=lambda event: HOOK[event])
def test_the_page_of_a_run_hook_names_every_field(event: type) -> None:
    page = PAGES[HOOK[event]].read_text(encoding="utf-8")
    assert [name for name in event.__dataclass_fields__ if f"`{name}`" not in page] == []


def test_the_example_on_the_page_of_plugins_works(example: Callable[[Path], None]) -> None:
    example(DOCS / "plugins.md")
    assert catalogue("losses")["short"].load()().name == "short"
