"""The run folder: what it holds, who owns it, and that it belongs to one run only."""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path, PurePath
from typing import Any

from llmdl_plugins.errors import MisuseError, RunFolderError
from llmdl_plugins.plain import JSON, dumps, plain
from llmdl_plugins.run.bare import BareLedger
from llmdl_plugins.run.database import Say
from llmdl_plugins.run.disk import gives_out, sync_folder, unwritten, write_whole
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.run.owner import owned
from llmdl_plugins.secrets import redact

_LEDGER = ("ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger.new.db")
_NAMES = (*_LEDGER, "lock", "owner", "config.json", "seen.json", "best.json", "result.json")


class RunFolder:
    """`ledger.db`, `config.json`, `best.json`, `result.json`, `report.html` and `lock`, readable by the owner only.

    Args:
        path: the folder; it is made when the run is opened.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)

    @contextmanager
    def opened(self, config: Mapping[str, Any], force: bool = False, say: Say = lambda text: None) -> Iterator[Ledger]:
        """The ledger of this run, locked; a folder that was made for nothing is taken away again.

        Args:
            config: what the run depends on; a folder with another one is refused.
            force: take the folder over all the same.
            say: told what was damaged, and what could be saved.

        Raises:
            RunFolderError: the folder holds another run; the message says in what it differs.
            LockedError: another owner is at it; the message names it.
            LedgerError: the disk fails, or refuses.
        """
        made = self._made()
        try:
            with owned(self.path):
                self._claim(config, force)
                kind = Ledger if config.get("content", True) else BareLedger
                with closing(kind(self.path / "ledger.db", say)) as ledger:
                    try:
                        yield ledger
                    except MisuseError:
                        made = made and not ledger.totals()["calls"]  # nothing takes away what was paid for
                        raise
                    ledger.settle()
        except MisuseError:
            if made:
                shutil.rmtree(self.path, ignore_errors=True)
            raise

    def _made(self) -> bool:
        """Have the folder there; whether it had to be made.

        Raises:
            RunFolderError: there can be none, or it holds what no run writes.
            LedgerError: the disk is full or fails.
        """
        try:
            made = not self.path.exists()
            if made:
                self.path.mkdir(parents=True, exist_ok=True)
                self.path.chmod(0o700)
                sync_folder(self.path.parent)
        except (OSError, ValueError) as error:
            if gives_out(error):
                raise unwritten(self.path, error) from error
            why = getattr(error, "strerror", None) or error
            raise RunFolderError(f"Can't make the run folder {self.path}: {why}. Give another --folder.") from None
        if not self.path.is_dir():
            raise RunFolderError(f"{self.path} is a file: give --folder a directory.")
        for name in _NAMES:
            refuse_link(self.path / name)
        return made

    def others(self, config: Mapping[str, Any]) -> list[str]:
        """In what the run that the folder holds differs from this one; [] where it holds none."""
        return _others(_kept(config), self.read("config.json"))

    def _claim(self, config: Mapping[str, Any], force: bool) -> None:
        wanted, held = _kept(config), self._held(force)
        if held is not None and (other := _others(wanted, held)):
            if not force:
                raise RunFolderError(
                    f"{self.path} holds another run: {differing(other)}. "
                    "Give another --folder, or --force to go on in this one."
                )
            wanted["forced"] = [*held.get("forced", []), other]
        elif held is not None:
            wanted["forced"] = held.get("forced", [])
        if wanted != held:
            self.write("config.json", wanted)

    def _held(self, force: bool) -> dict[str, Any] | None:
        """What the folder was made for."""
        try:
            held: dict[str, Any] | None = self.read("config.json")
        except RunFolderError as error:
            if not force:
                raise RunFolderError(
                    f"{error} So nothing says what this run was made for. Give another --folder, or --force if it is "
                    "the same run: the answers that were paid for are in ledger.db."
                ) from None
            return {}
        return held

    def write(self, name: str, value: JSON) -> None:
        """Write a JSON file so that it is always whole.

        Raises:
            LedgerError: the disk refuses it; what was there before is still there.
        """
        text = redact.hide_for_good(json.dumps(plain(value), indent=2, ensure_ascii=False))
        write_whole(self.path / name, f"{text}\n")

    def write_text(self, name: str, text: str) -> None:
        """The same for text that nobody reads back."""
        write_whole(self.path / name, redact.veil(text))

    def read(self, name: str) -> Any:
        """A JSON object of the folder, or None where it isn't there.

        Raises:
            RunFolderError: it is damaged.
            LedgerError: it can't be read.
        """
        path = self.path / name
        try:
            told = json.loads(redact.show_known(path.read_text(encoding="utf-8")))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise unwritten(path, error) from error
        except RecursionError:
            raise RunFolderError(f"{path} is damaged: it is nested without end.") from None
        except ValueError:
            raise RunFolderError(f"{path} is damaged: it is not JSON.") from None
        if not isinstance(told, dict):
            raise RunFolderError(f"{path} is damaged: it holds no object.")
        return told


def _kept(config: Mapping[str, Any]) -> dict[str, Any]:
    """What a run depends on, as its folder will hold it."""
    return dict(json.loads(redact.show_known(redact.hide_for_good(dumps(config)))))


def differing(names: Sequence[str]) -> str:
    """That these differ, in words."""
    return f"{', '.join(names)} differ{'s' if len(names) == 1 else ''}"


def _others(wanted: Mapping[str, Any], held: Mapping[str, Any] | None) -> list[str]:
    return [] if held is None else sorted(k for k in wanted if _identity(k, wanted[k]) != _identity(k, held.get(k)))


def _identity(name: str, value: Any) -> Any:
    """What has to be the same: of the application its file, wherever that lies on this machine."""
    return PurePath(value).name if name == "target" and isinstance(value, str) else value


def refuse_link(path: Path) -> None:
    """Refuse what leads out of the folder, before it is opened.

    Raises:
        RunFolderError: a link, a pipe or a folder stands where a run has a file.
    """
    try:
        found = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return
    if not stat.S_ISREG(found.st_mode):
        raise RunFolderError(f"{path} is no plain file (a link, a pipe or a folder): no run writes such a thing.")
