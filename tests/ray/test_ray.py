"""Ray on this machine: its workers make the run that one process makes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ..run.tickets import kept, told, trainer

pytestmark = pytest.mark.long
pytest.importorskip("ray", reason="ray is not installed: pip install 'llmdl-plugins[ray]'")


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that the application writes its marks to."""
    monkeypatch.setenv("TICKETS_FOLDER", str(tmp_path))
    monkeypatch.setenv("LLMDL_STATE", str(tmp_path / "state"))
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "tickets", raising=False)
    return tmp_path


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::ResourceWarning")
def test_workers_on_ray_make_the_run_that_one_process_makes(place: Path) -> None:
    from llmdl_ray.executor import RayWorkers

    here = trainer(place / "here", marks=["", "", "raise"]).fit()
    there = trainer(place / "there", RayWorkers(2), marks=["", "", "raise"]).fit()
    assert (told(there), kept(place / "there")) == (told(here), kept(place / "here"))
