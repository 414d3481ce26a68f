"""A trained program with the layers that were chosen, as plain code beside the user's own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files

import dspy

from llmdl_dspy.chat import DspyChat
from llmdl_dspy.placed import PredictorLayer
from llmdl_dspy.program import Program
from llmdl_dspy.spelling import PLACED, ProgramSpeller
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.module import Module
from llmdl_plugins.standalone.files import FOLDER, in_order, modules, requirements, written
from llmdl_plugins.standalone.graph import loaded, parameter_names
from llmdl_plugins.standalone.needed import Name, needed
from llmdl_plugins.standalone.parts import chosen, places, roots
from llmdl_plugins.standalone.spelled import Speller, bracketed

APPS, STATE, PROGRAM = ("app.py", "trained_app.py"), "program.json", "program"


def standing(program: Program) -> dict[str, Module]:
    """Predictor → the layer that stands for it under the values in force; without those that are as they were."""
    return {name: layer for name, layer in program.layers.items() if not isinstance(chosen(layer), PredictorLayer)}


def standalone(program: Program, trained: dspy.Module) -> dict[str, str]:
    """File name → text of a folder that runs beside the user's modules, without this package.

    Args:
        program: with the values in force.
        trained: a copy of the user's module with these values in it.

    Raises:
        MisuseError: the program has no name in a module, or a layer can't be written down.
    """
    there, attribute = _place(program.module)
    layers = standing(program)
    needs = needed({name for layer in layers.values() for name in _roots(layer)})
    taken = modules(needs, PLACED)
    speller = ProgramSpeller(taken, needs.attributes, program.predictors)
    blocks = [f"{name!r}: {speller.block(name, layer)}" for name, layer in layers.items()]
    told = {
        _name(there): _app(there, attribute, blocks, speller),
        f"{FOLDER}/{PLACED}.py": (files("llmdl_dspy") / "templates" / f"{PLACED}.py").read_text("utf-8"),
        **written(needs, taken, parameter_names(layers)),
    }
    states = {name: predict.dump_state() for name, predict in trained.named_predictors()}
    return {
        **told,
        STATE: json.dumps(states, indent=2, ensure_ascii=False) + "\n",
        "requirements.txt": requirements(told.values(), _top(there)),
    }


def placed(program: Program, trained: dspy.Module) -> dspy.Module:
    """The program of such a folder."""
    files = standalone(program, trained)
    return loaded(files, next(name for name in APPS if name in files), PROGRAM)


def _app(there: str, attribute: str, blocks: list[str], speller: Speller) -> str:
    lines = {*speller.imports.values(), "from pathlib import Path", f"from {FOLDER} import {PLACED}"}
    lines |= {f"from {there} import {attribute} as original"}
    models = "".join(f"model_{n} = {made}\n" for n, (_, made) in enumerate(speller.models, 1))
    given = ["original", f"Path(__file__).with_name({STATE!r})", bracketed("{", blocks, "}")]
    made = bracketed(f"{PLACED}.trained(", given, ")")
    return f'"""{attribute} of {there}, as it was trained."""\n\n{in_order(lines)}\n\n{models}{PROGRAM} = {made}\n'


def _top(module: str) -> str:
    return module.partition(".")[0]


def _name(there: str) -> str:
    """The file of the program: never one that the user's own module is imported from."""
    return next(name for name in APPS if name != f"{_top(there)}.py")


def _place(module: dspy.Module) -> Name:
    """Where the user's module has a name.

    Raises:
        MisuseError: nowhere.
    """
    if (found := next(places(module), None)) is None:
        raise MisuseError(
            f"The program {type(module).__name__} has no name in a module that runs without this package, so a plain "
            "module can't import it: assign it at module level, or export the weights."
        )
    return found


def _roots(layer: Module) -> Iterator[Name]:
    """What its blocks are written from."""
    yield from roots(layer, PredictorLayer)
    if _asks(chosen(layer)):
        yield DspyChat.__module__, DspyChat.__qualname__


def _asks(layer: Module) -> bool:
    """Whether it, or a layer in it, asks a model of DSPy."""
    asked = any(isinstance(value, DspyChat) for value in vars(layer).values())
    return asked or any(_asks(inner) for _, inner in layer.named_modules())
