"""A plugin that fails is named with its distribution and version, and takes no other down."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from llmdl_plugins.plugins.catalogue import catalogue
from llmdl_plugins.plugins.manager import manager

from .conftest import Install

GOOD = '@hookimpl\ndef llmdl_losses():\n    return [Spec("good", "json:dumps")]'
BAD = {
    "raises at import": ("raise ValueError('no')", "it raised ValueError: no"),
    "exits at import": ("raise SystemExit(3)", "it raised SystemExit: 3"),
    "misses a module": ("import not_installed_here", "it raised ModuleNotFoundError: No module named"),
    "is a skipped test module": ("import pytest; pytest.skip('no', allow_module_level=True)", "it raised Skipped"),
    "has a syntax error": ("def", "it raised SyntaxError"),
    "is async by mistake": (
        "@hookimpl\nasync def llmdl_losses():\n    return []",
        "llmdl_losses is async: hooks are plain functions",
    ),
    "wants what it isn't given": (
        "@hookimpl\ndef llmdl_losses(config):\n    return []",
        "llmdl_losses wants config: it is called with nothing",
    ),
    "is a wrapper": (
        "@hookimpl(wrapper=True)\ndef llmdl_losses():\n    return (yield)",
        "llmdl_losses is a wrapper",
    ),
    "raises in a hook": ("@hookimpl\ndef llmdl_losses():\n    raise KeyError('x')", "llmdl_losses raised KeyError"),
    "exits in a hook": ("@hookimpl\ndef llmdl_losses():\n    raise SystemExit", "llmdl_losses raised SystemExit"),
    "returns nothing": ("@hookimpl\ndef llmdl_losses():\n    pass", "llmdl_losses raised TypeError"),
    "returns text": ("@hookimpl\ndef llmdl_losses():\n    return 'f1'", "it returned a str, not a list of Spec"),
    "asks while it is imported": (
        "from llmdl_plugins.plugins.catalogue import catalogue\ncatalogue('losses')",
        "A plugin asked for the catalogue while it was imported",
    ),
}


@pytest.mark.parametrize(("source", "said"), BAD.values(), ids=BAD)
def test_a_bad_plugin_is_left_out_by_name_and_the_good_ones_work(install: Install, source: str, said: str) -> None:
    install("bad", source)
    install("good", GOOD)
    with pytest.warns(UserWarning, match=r"The plugin 'bad' \(bad 1.0\) is left out: ") as told:
        losses = catalogue("losses")
    assert "good" in losses and "exact_match" in losses
    assert len(told) == 1 and said in str(told[0].message)
    catalogue("losses")  # and it is said once


SLIPS = {
    "a misspelt hook": (
        "@hookimpl\ndef llmdl_optimzers():\n    return []",
        "there is no hook 'llmdl_optimzers'. Did you mean 'llmdl_optimizers'",
    ),
    "a forgotten mark": ("def llmdl_optimizers():\n    return []", "llmdl_optimizers is not marked with @hookimpl"),
}


@pytest.mark.parametrize(("source", "said"), SLIPS.values(), ids=SLIPS)
def test_a_slip_is_reported_and_the_rest_of_the_plugin_works(install: Install, source: str, said: str) -> None:
    install("slip", f"{GOOD}\n\n{source}")
    with pytest.warns(UserWarning, match=r"The plugin 'slip' \(slip 1.0\) has a fault") as told:
        assert "good" in catalogue("losses")
    assert said in str(told[0].message)


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("'f1'", "it is a str, not a Spec"),
        ("Spec('', 'json:dumps')", "its name is ''"),
        ("Spec('\\x1b[2J', 'json:dumps')", r"its name is '\x1b[2J'"),
        ("Spec('x', 'json')", "its target is 'json': write package.module:attribute"),
        ("Spec('x', 3)", "its target is a int, which can't be called"),
        ("Spec('x', 'json:dumps', requires='bm25s')", "its requires must be a tuple"),
        ("Spec('x', 'json:dumps', summary=None)", "its summary, extra and unavailable must be text"),
    ],
)
def test_a_wrong_entry_is_left_out_and_the_others_are_kept(install: Install, spec: str, said: str) -> None:
    install("odd", f'@hookimpl\ndef llmdl_losses():\n    return [{spec}, Spec("good", "json:dumps")]')
    with pytest.warns(UserWarning, match="entry 0 of llmdl_losses is left out") as told:
        assert "good" in catalogue("losses")
    assert said in str(told[0].message)


def test_a_generator_of_specs_is_as_good_as_a_list(install: Install) -> None:
    install("good", '@hookimpl\ndef llmdl_losses():\n    yield Spec("good", "json:dumps")')
    assert "good" in catalogue("losses")


def test_what_a_plugin_prints_is_no_output_of_ours(install: Install, capsys: pytest.CaptureFixture[str]) -> None:
    install("loud", "print('hello')\n" + GOOD.replace("return", "print('again')\n    return"))
    catalogue("losses")
    told = capsys.readouterr()
    assert told.out == "" and told.err == "hello\nagain\n"


@pytest.mark.parametrize("place", ["import", "hook"])
def test_a_plugin_that_hangs_is_named_and_ctrl_c_ends_it(install: Install, place: str) -> None:
    loop = "while True: pass"
    install("slow", loop if place == "import" else f"@hookimpl\ndef llmdl_losses():\n    {loop}")
    code = "from llmdl_plugins.plugins import catalogue, loading; loading.SLOW = 0.2; catalogue.catalogue('losses')"
    with subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True) as child:
        try:
            assert child.stderr is not None
            assert "the plugin 'slow' (slow 1.0) takes more than 0.2 s; Ctrl-C ends it" in child.stderr.readline()
            child.send_signal(signal.SIGINT)
            assert child.wait(10) != 0 and "KeyboardInterrupt" in child.stderr.read()
        finally:
            child.kill()


def test_two_plugins_of_one_name_are_both_there(install: Install) -> None:
    for distribution in ("one", "two"):
        install("same", GOOD.replace("good", distribution), distribution=distribution)
    assert {"one", "two"} <= set(catalogue("losses"))
    assert {p.name for p in manager().plugins} >= {"same", "two.same"}


def test_a_class_is_no_plugin(install: Install) -> None:
    install("cls", "class Plugin:\n    pass", place="cls_plugin:Plugin")
    with pytest.warns(UserWarning, match="its entry point names a class"):
        manager()


def test_an_entry_point_may_name_an_object(install: Install) -> None:
    source = """
    class Plugin:
        @hookimpl
        def llmdl_losses(self):
            return [Spec("of-an-object", "json:dumps")]

    plugin = Plugin()
    """
    install("obj", source, place="obj_plugin:plugin")
    assert "of-an-object" in catalogue("losses")


def test_warnings_as_errors_leave_no_process_half_loaded(install: Install) -> None:
    install("bad", "raise ValueError()")
    install("good", GOOD)
    with pytest.raises(UserWarning, match="'bad'"):
        manager()
    assert "good" in catalogue("losses")
