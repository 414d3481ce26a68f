"""A process beside the owner's that speaks with Ray: `python -m llmdl_ray FD [WORKERS]`.

It is one of its own because Ray takes over the signals of the process that it is in, and may end it.
"""

from __future__ import annotations

import os
import socket
import sys
from concurrent.futures import Future
from typing import Any

import ray

from llmdl_plugins.errors import LlmdlError
from llmdl_plugins.run.workers.connection import how_it_ended
from llmdl_plugins.run.workers.line import Line
from llmdl_plugins.run.workers.message import Message
from llmdl_plugins.run.workers.told import tell_error
from llmdl_ray.cluster import cluster, here
from llmdl_ray.place import run


def serve(line: Line, workers: int | None) -> None:
    """Place workers, and tell how each ended, until the owner is gone."""
    try:
        with cluster(workers) as count:
            line.tell("ready", workers=count, host=here())
            _Desk(line, count).serve()
    except LlmdlError as error:
        line.tell("refused", error=tell_error(error))


class _Desk:
    """Where workers are: each has a core of Ray's count; one more, for rows that kill theirs, has none."""

    def __init__(self, line: Line, cores: int) -> None:
        self._line, self._cores, self._tasks = line, cores, dict[str, Any]()

    def serve(self) -> None:
        """Do what the owner says, until it is gone."""
        for said in self._line.messages():
            if said["kind"] == "place":
                self._place(said)
            elif (task := self._tasks.get(said["token"])) is not None:
                ray.cancel(task, force=True)

    def _place(self, said: Message) -> None:
        remote: Any = ray.remote(run).options(num_cpus=int(len(self._tasks) < self._cores), max_retries=0)
        task = remote.remote(said["address"], said["token"], dict(os.environ), os.getcwd())
        self._tasks[said["token"]] = task
        task.future().add_done_callback(lambda ending: self._ended(said["token"], ending))

    def _ended(self, token: str, ending: Future[int]) -> None:
        del self._tasks[token]
        try:
            words = how_it_ended(ending.result())
        except ray.exceptions.RayError as error:
            words = f"Ray says: {type(error).__name__}"
        self._line.tell("ended", token=token, words=words)


if __name__ == "__main__":
    serve(Line(socket.socket(fileno=int(sys.argv[1]))), int(sys.argv[2]) if sys.argv[2:] else None)
