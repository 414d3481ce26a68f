"""The run folder: what it holds, who owns it, and that it belongs to one run only."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from llmdl_plugins import redact
from llmdl_plugins.errors import BudgetError, LockedError, MisuseError, RunFolderError
from llmdl_plugins.plain import JSON, dumps, plain
from llmdl_plugins.run.bare import BareLedger
from llmdl_plugins.run.ledger import Ledger


class RunFolder:
    """`ledger.db`, `config.json`, `best.json`, `result.json`, `report.html` and `lock`, readable by the owner only.

    Args:
        path: the folder; it is made when the run is opened.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)

    @contextmanager
    def opened(self, config: Mapping[str, Any], force: bool = False) -> Iterator[Ledger]:
        """The ledger of this run, locked; a folder that was made for nothing is taken away again.

        Args:
            config: what the run depends on; a folder with another one is refused.
            force: take the folder over all the same.

        Raises:
            RunFolderError: the folder holds another run; the message says in what it differs.
            LockedError: another process owns it; the message names it.
        """
        fresh = made = not self.path.exists()
        self._make()
        try:
            with self._locked():
                self._claim(config, force)
                ledger = (Ledger if config.get("content", True) else BareLedger)(self.path / "ledger.db")
                self._protect("ledger.db")
                try:
                    yield ledger
                finally:
                    fresh = fresh and not ledger.totals()["calls"]
                    ledger.close()
        except MisuseError as error:
            # A budget is refused at the start; nothing else may take away what was paid for.
            if fresh or (made and isinstance(error, BudgetError)):
                shutil.rmtree(self.path, ignore_errors=True)
            raise

    def _make(self) -> None:
        if self.path.exists() and not self.path.is_dir():
            raise RunFolderError(f"{self.path} is a file: give --folder a directory.")
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise RunFolderError(f"Can't make the run folder {self.path}: {error.strerror}.") from None

    @contextmanager
    def _locked(self) -> Iterator[None]:
        lock = FileLock(self.path / "lock", timeout=0, mode=0o600)
        owner = self.path / "owner"
        try:
            with lock:
                self.write_text(owner.name, str(os.getpid()))
                yield
        except Timeout:
            pid = owner.read_text() if owner.exists() else "unknown"
            raise LockedError(
                f"Process {pid} is writing to {self.path}: wait for it, or give another --folder."
            ) from None

    def _claim(self, config: Mapping[str, Any], force: bool) -> None:
        wanted: dict[str, Any] = json.loads(redact.show_known(redact.hide_for_good(dumps(config))))
        held = self.read("config.json")
        if held is not None and (other := sorted(k for k in wanted if wanted[k] != held.get(k))):
            if not force:
                raise RunFolderError(
                    f"{self.path} holds another run: {', '.join(other)} differ. "
                    "Give another --folder, or --force to go on in this one."
                )
            wanted["forced"] = [*held.get("forced", []), other]
        elif held is not None:
            wanted["forced"] = held.get("forced", [])
        self.write("config.json", wanted)

    def write(self, name: str, value: JSON) -> None:
        """Write a JSON file so that it is always whole: aside, synced, renamed."""
        self._write(name, redact.hide_for_good(json.dumps(plain(value), indent=2, ensure_ascii=False)) + "\n")

    def write_text(self, name: str, text: str) -> None:
        """The same for text that nobody reads back."""
        self._write(name, redact.veil(text))

    def _write(self, name: str, text: str) -> None:
        aside = self.path / f".{name}.new"
        # Never through a link that somebody planted in the folder.
        aside.unlink(missing_ok=True)
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(self.path / name)

    def read(self, name: str) -> Any:
        """A JSON file of the folder, or None where it isn't there.

        Raises:
            RunFolderError: it is not JSON.
        """
        path = self.path / name
        if not path.exists():
            return None
        try:
            return json.loads(redact.show_known(path.read_text(encoding="utf-8")))
        except ValueError:
            raise RunFolderError(f"{path} is damaged: it is not JSON.") from None

    def _protect(self, name: str) -> None:
        for path in self.path.glob(f"{name}*"):
            path.chmod(0o600)
