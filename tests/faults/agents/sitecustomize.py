"""What a test does to a process before it begins, named by LLMDL_TEST_* variables."""

import os
import threading
import time

if name := os.environ.get("LLMDL_TEST_KILL_AT_RENAME"):
    _replace = os.replace

    def replace(source, target, **more):
        """Kill this process between the bytes of a file and its name."""
        if os.path.basename(target) == name:
            os.kill(os.getpid(), 9)
        _replace(source, target, **more)

    os.replace = replace

if os.environ.get("LLMDL_TEST_CLOCK"):
    _time, _time_ns, _shift = time.time, time.time_ns, [0.0]

    def _jump():
        for n in range(10**6):
            _shift[0] = (0.0, 86_400.0, -86_400.0)[n % 3]
            time.sleep(0.05)

    time.time = lambda: _time() + _shift[0]
    time.time_ns = lambda: _time_ns() + int(_shift[0] * 1e9)
    threading.Thread(target=_jump, daemon=True).start()
