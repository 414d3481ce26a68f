"""The architecture that a run trains: the application, with what recipes and a space put around its nodes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from llmdl_plugins.errors import MisuseError, did_you_mean
from llmdl_plugins.network import Network
from llmdl_plugins.parameter import showing
from llmdl_plugins.plugins.catalogue import find
from llmdl_plugins.run.space import Space

if TYPE_CHECKING:
    from llmdl_plugins.run.optimizer import Optimizer

MADE = ("recipe", "node", "source", "space", "tools")
_FILES = (".json", ".yaml", ".yml")
_PARTS = {"recipes", "choices"}
_OF_A_RECIPE = {"recipe", "node", "source"}
_FORM = (
    'write {"recipes": [{"recipe": NAME, "node": NODE, "source": KEY, SETTING: …}, …], '
    '"choices": {NAME: [option, …], …}}'
)


def built(network: Network, made: Mapping[str, Any]) -> Network:
    """The network with a recipe around a node, and then with a space.

    Args:
        made: "recipe", "node" and "source" as given; "space" as `read_space` gave it; "tools" as their rules
            tell them: what is safe may run more often for one answer.

    Raises:
        MisuseError: no such recipe, node or choice, or a recipe does not take a setting.
    """
    space = made.get("space") or {}
    network.safe_tools |= frozenset((made.get("tools") or {}).get("safe", ()))
    recipes = [{"recipe": made["recipe"]}] if made.get("recipe") else []
    for one in [*recipes, *space.get("recipes", ())]:
        where = {key: one.get(key) or made.get(key) for key in ("node", "source")}
        recipe = find("recipes", one["recipe"])
        network = recipe(network, **where, **_settings(recipe, one))
    for name, options in space.get("choices", {}).items():
        _narrow(network, name, options)
    return network


def recipe_of(network: Network, asked: str | None, optimizer: Optimizer) -> str | None:
    """The recipe that is asked for; or that of the optimizer, where the network has nothing of the kind by itself."""
    parameters = network.named_parameters()
    has_own = any(name.endswith("/chosen") for name in parameters) or showing(parameters)
    return asked or (None if has_own else optimizer.recipe)


def _settings(recipe: Callable[..., Network], told: Mapping[str, Any]) -> dict[str, Any]:
    """What a space says of a recipe beside its place, such as `draws: 9`."""
    given = {key: value for key, value in told.items() if key not in _OF_A_RECIPE}
    names = [name for name in list(signature(recipe).parameters)[1:] if name not in (*_OF_A_RECIPE, "model")]
    for key in given:
        if key not in names:
            raise MisuseError(f"The recipe {told['recipe']!r} has no setting {key!r}.{did_you_mean(key, names)}")
    return given


def _narrow(network: Network, name: str, options: Sequence[Any]) -> None:
    """Leave these options; what counts only inside of something that is off needs no option that is in force now."""
    parameter, space = network[name], Space.of_network(network)
    if name in space.options and not space.counts(name, space.start) and parameter.default not in options:
        parameter.default = options[0]
    parameter.narrow(options, name)


def read_space(space: str | Path | Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A space as plain data: the name of a recipe, a file, or what would stand in one.

    Raises:
        MisuseError: it can't be read, or holds something else.
    """
    if space is None:
        return None
    if isinstance(space, str) and not space.endswith(_FILES):
        find("recipes", space)
        return {"recipes": [{"recipe": space}]}
    told = _read(Path(space)) if isinstance(space, str | Path) else space
    if not isinstance(told, Mapping) or not told or told.keys() - _PARTS:
        raise MisuseError(f"{_named(space)} holds no space: {_FORM}.")
    recipes = [{"recipe": one} if isinstance(one, str) else one for one in told.get("recipes") or ()]
    choices = told.get("choices") or {}
    if (
        not all(map(_is_placed, recipes))
        or not isinstance(choices, Mapping)
        or not all(isinstance(o, list) and o for o in choices.values())
    ):
        raise MisuseError(f"{_named(space)} holds no space: {_FORM}.")
    return {"recipes": [dict(one) for one in recipes], "choices": dict(choices)}


def _is_placed(told: Any) -> bool:
    """Whether it names a recipe, and where it stands if it does, by words."""
    is_told = isinstance(told, Mapping) and isinstance(told.get("recipe"), str)
    return is_told and all(isinstance(told.get(key), str | None) for key in ("node", "source"))


def _read(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise MisuseError(f"There is no file {path}.") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise MisuseError(f"The space {path} can't be read: {error}") from None


def _named(space: Any) -> str:
    return str(space) if isinstance(space, str | Path) else f"The {type(space).__name__}"
