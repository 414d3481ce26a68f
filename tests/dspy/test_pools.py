"""Pools of threads in a run: not stopped by each other's progress bars, and at an end where they are broken off."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from dspy.utils import parallelizer

from llmdl_plugins.door import boundary


@pytest.fixture(autouse=True)
def taking_turns_often() -> Iterator[None]:
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(usual)


def test_pools_that_start_while_others_draw_disturb_nobody() -> None:
    with boundary.door():
        tqdm = parallelizer.tqdm.tqdm
    until, failed = time.monotonic() + 2, list[BaseException]()

    def draws() -> None:
        with open(os.devnull, "w") as nowhere:
            for bar in [tqdm(total=1, file=nowhere) for _ in range(30)]:
                bar.close()

    def again(does: Callable[[], None]) -> None:
        while time.monotonic() < until and not failed:
            try:
                does()
            except BaseException as error:
                failed.append(error)

    doing = [draws] * 8 + [tqdm._instances.clear] * 4
    threads = [threading.Thread(target=again, args=(does,)) for does in doing]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_a_pool_that_is_broken_off_goes_on_with_nothing() -> None:
    begun, going = list[int](), threading.Event()

    def works(n: int) -> None:
        begun.append(n)
        if n == 0:
            raise KeyboardInterrupt
        going.wait(5)

    with boundary.door():
        pool = parallelizer.ParallelExecutor(num_threads=2, disable_progress_bar=True)
        with pytest.raises(KeyboardInterrupt):
            pool.execute(works, range(50))
    before = len(begun)
    going.set()
    time.sleep(0.2)
    assert before < 50 and len(begun) <= before + 1
