"""A finished run, read back: its network and the values that it ended with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llmdl_plugins.errors import RunFolderError, TargetError
from llmdl_plugins.network import Network, trainable
from llmdl_plugins.plugins.catalogue import catalogue
from llmdl_plugins.report.source import read_run
from llmdl_plugins.run import seen
from llmdl_plugins.run.architecture import built
from llmdl_plugins.run.folder import RunFolder
from llmdl_plugins.target import load_target


@dataclass(frozen=True)
class PastRun:
    """What a run folder says: how the network was made, how the run ended, and what it changed."""

    config: dict[str, Any]
    result: dict[str, Any]
    seen: dict[str, Any] | None = None

    @classmethod
    def read(cls, path: Path) -> PastRun:
        """The run in a folder.

        Raises:
            RunFolderError: the folder holds no finished run.
        """
        folder = RunFolder(path)
        if not path.is_dir() or not all((path / name).exists() for name in ("config.json", "result.json")):
            raise RunFolderError(
                f"{path} holds no finished run (no config.json and result.json): run `llmdl fit` first."
            )
        read_run(path)  # which refuses what is damaged, and what leads out of the folder
        config, result = folder.read("config.json"), folder.read("result.json")
        if not isinstance(config.get("network"), str):
            raise RunFolderError(f"{path / 'config.json'} is damaged: it has no 'network'.")
        return cls(config, {"parameters": {}, **result}, seen.read(folder))

    def network(self) -> Network:
        """The same network again; the user's code is imported for it.

        Raises:
            RunFolderError: the run was started from Python, or the application has changed since.
        """
        if not self.config.get("target"):
            raise RunFolderError("This run was started from Python: use result.graph, result.save_patch(…) there.")
        application = trainable(self._loaded())
        network = built(application, self.config)
        if network.fingerprint != self.config["network"]:
            self._refuse_applied(network)
            raise RunFolderError(
                f"The application of {self.config['target']} has changed since this run: its parameters or their "
                "texts are others now. Go back to the version that was trained, or train again."
            )
        found = seen.as_seen(application, self.seen)
        if unfreeze := self.config.get("unfreeze"):
            found.unfreeze(unfreeze)
        return built(found, self.config)

    def _loaded(self) -> Any:
        target = self.config["target"]
        if (path := Path(target.partition(":")[0])).suffix and not path.exists():
            raise TargetError(f"There is no file {path}: give this command in the folder where the run was started.")
        return load_target(target)

    def _refuse_applied(self, network: Network) -> None:
        """Say so where the source holds what this run would hand over."""
        texts = [told for told in self.result["parameters"].values() if isinstance(told["before"], str)]
        here = [p.default for p in network.named_parameters().values()]  # by the source alone, some have other names
        if texts and all(told["after"] in here and told["after"] != told["before"] for told in texts):
            raise RunFolderError(
                f"The patch of this run is applied already: {self.config['target']} holds its texts. There is nothing "
                "left to export; git apply -R takes it back."
            )

    @property
    def loss(self) -> str:
        """How its rows were scored, as `--loss` takes it: a function of the user's is module:function there."""
        name = str(self.config["loss"])
        module, _, function = name.rpartition(".")
        return name if name in catalogue("losses") or not module else f"{module}:{function}"

    def values(self, candidate: bool) -> dict[str, Any]:
        """The values that the run hands over; with `candidate`, those it ended with whether a gain was shown or not."""
        if self.result["status"] != "improved" and not candidate:
            return {}
        return {name: told["after"] for name, told in self.result["parameters"].items()}
