"""`python -m llmdl_plugins.testing.conformance PLUGIN REPORT`: the cases of all that one plugin offers, run by pytest.

What becomes of each promise is a line of JSON in the file REPORT.
"""

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
from llmdl_plugins.plugins.plugin import Plugin
from llmdl_plugins.plugins.structure import findings
from llmdl_plugins.testing.conformance import CASES

_FILE = """\
from llmdl_plugins.testing.conformance import cases


class Test{n}(cases({kind!r})):
    name = {name!r}
"""
_QUIET = ("-q", "-p", "no:cacheprovider", "-p", "no:warnings")


def _offers(plugin: str) -> Iterator[Offer]:
    use([plugin])
    wanted = named(plugin, installed())
    for kind in KINDS:
        yield from (offer for offer in catalogue(kind).values() if offer.plugin == wanted)


def _usable(offer: Offer) -> bool:
    """Whether there is something to try: what can't be imported or called has been told already."""
    if offer.spec.unavailable:
        return False
    return offer.kind in CASES and not any(found.wrong for found in findings(offer) if found.needed)


def _root(plugin: Plugin) -> Path:
    """The file that a plugin is, or the folder of its package."""
    module = sys.modules.get(plugin.place)
    if module is None or module.__file__ is None:
        return Path(plugin.place)
    return Path(module.__file__).parent if "." in plugin.place else Path(module.__file__)


def _main(plugin: str, report: str) -> int:
    offers = [offer for offer in _offers(plugin) if _usable(offer)]
    if not offers:
        return 0
    import pytest

    from llmdl_plugins.testing.conformance.told import Telling

    with tempfile.TemporaryDirectory() as folder, open(report, "w", encoding="utf-8") as out:
        for n, offer in enumerate(offers):
            (Path(folder) / f"test_{n}.py").write_text(_FILE.format(n=n, kind=offer.kind, name=offer.name))
        return int(
            pytest.main([*_QUIET, f"--rootdir={folder}", folder], plugins=[Telling(out, _root(offers[0].plugin))])
        )


if __name__ == "__main__":
    code = _main(*sys.argv[1:])
    sys.stdout.flush()
    os._exit(code)  # threads that a plugin has started don't hold it up
