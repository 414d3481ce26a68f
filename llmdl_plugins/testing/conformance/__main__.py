"""`python -m llmdl_plugins.testing.conformance PLUGIN`: the cases of all that one plugin offers, run by pytest."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from llmdl_plugins.plugins.catalogue import Offer, catalogue
from llmdl_plugins.plugins.installed import installed
from llmdl_plugins.plugins.kinds import KINDS
from llmdl_plugins.plugins.manager import named, use
from llmdl_plugins.testing.conformance import CASES

_FILE = """\
from llmdl_plugins.testing.conformance import cases


class Test{n}(cases({kind!r})):
    name = {name!r}
"""


def _offers(plugin: str) -> Iterator[Offer]:
    use([plugin])
    wanted = named(plugin, installed())
    for kind in KINDS:
        yield from (offer for offer in catalogue(kind).values() if offer.plugin == wanted)


def _main(plugin: str) -> int:
    told = [offer for offer in _offers(plugin) if offer.kind in CASES]
    if not told:
        return 0
    try:
        import pytest
    except ImportError:
        print("pytest is not installed, so its cases were not run: pip install pytest")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        for n, offer in enumerate(told):
            (Path(folder) / f"test_{n}.py").write_text(_FILE.format(n=n, kind=offer.kind, name=offer.name))
        return int(
            pytest.main(
                [
                    "-q",
                    "--no-header",
                    "--tb=line",
                    "-p",
                    "no:cacheprovider",
                    "-p",
                    "no:warnings",
                    f"--rootdir={folder}",
                    folder,
                ]
            )
        )


if __name__ == "__main__":
    code = _main(sys.argv[1])
    sys.stdout.flush()
    os._exit(code)  # threads that a plugin has started don't hold it up
