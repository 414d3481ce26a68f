"""When a text can't be written into the source, and what to do then."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from llmdl_langgraph.errors import CannotExportError
from llmdl_langgraph.exporting.standing import state
from llmdl_langgraph.reading.environment import variable_instead_of
from llmdl_langgraph.reading.session import SESSION
from llmdl_langgraph.reading.sites import Site
from llmdl_langgraph.reading.source import NOTEBOOK, Source, is_installed
from llmdl_plugins.notebook.book import Notebook

OVERLAY = (
    "Export the weights instead (llmdl export RUN --as weights), and run the application with them: "
    "trainable(graph).using(weights)."
)
APPLIED = (
    "is applied already: the source holds the trained text. There is nothing left to do; git apply -R takes it back."
)


def refuse(name: str, wanted: Mapping[Site, str], sources: Sequence[Source]) -> None:
    """Raise where a parameter's new text can't be written at one of its places.

    Args:
        name: the parameter's.
        wanted: the new raw text for each of its places.
        sources: the user's modules.

    Raises:
        CannotExportError: with the parameter, the place and the way out.
    """
    if not wanted:
        raise CannotExportError(f"{name} has no text in your source (it was loaded, from a hub or a store). {OVERLAY}")
    for site in wanted:
        if why := reason(site, sources):
            raise CannotExportError(f"{name} can't be exported to {where(site)}: {why} {OVERLAY}")
    states = {site: state(site, new) for site, new in wanted.items()}
    if set(states.values()) == {"applied"}:
        raise CannotExportError(f"The change of {name} in {where(next(iter(wanted)))} {APPLIED}")
    for site, found in states.items():
        if found != "here":
            raise CannotExportError(
                f"{name} can't be exported to {where(site)}: the file has changed since it was read. "
                "Read it again (trainable(graph) in a new process), or go back to the version that was trained. "
                f"{OVERLAY}"
            )


def refuse_files(names: Mapping[Path, str], roots: Mapping[Path, Path | None]) -> None:
    """Raise where a patch of these files could not be applied.

    Args:
        names: each file with a parameter in it.
        roots: the git root of each, None where it is in no repository.

    Raises:
        CannotExportError: a file is read-only, or outside the repository of the others.
    """
    counted = sorted(roots.values(), key=lambda root: -list(roots.values()).count(root))
    for file, name in names.items():
        if not os.access(file, os.W_OK):
            raise CannotExportError(
                f"{name} can't be exported to {file}: the file is read-only. Make it writable first. {OVERLAY}"
            )
        if roots[file] != counted[0]:
            inside = f"in the repository {roots[file]}" if roots[file] else "in no git repository"
            raise CannotExportError(
                f"{name} can't be exported to {file}: it is {inside}, the other files are in {counted[0] or 'none'}, "
                f"and one patch has one root. Export the parameters of each on their own. {OVERLAY}"
            )


def where(site: Site) -> str:
    """Where a site stands, in words: file and line; of a notebook, cell and line in it."""
    if site.file.suffix == NOTEBOOK and site.file.exists():
        cell, line = Notebook.read(site.file).place(site.span[0])
        return f"{site.file}, cell {cell}, line {line}"
    return f"{site.file}, line {site.span[0]}"


def place_of(site: Site) -> str:
    """`where` in short: from the working directory, with a colon before the line."""
    told = where(site).replace(", line ", ":")
    return told.removeprefix(f"{Path.cwd()}{os.sep}")


def reason(site: Site, sources: Sequence[Source]) -> str | None:
    """Why nothing could be written at a site, whatever the text; None where something could."""
    if site.kind == "held":
        return "it stands nowhere in your source: put the new text where the old one comes from."
    if site.file == SESSION:
        return (
            "it was typed into a running Jupyter session, which is no file. Save the notebook, then use "
            "llmdl show path/book.ipynb:NAME, or trainable() in a process that loads it."
        )
    if not site.file.exists():
        return "there is no such file any more."
    if is_installed(str(site.file)):
        return "the file belongs to an installed package, and would be overwritten with its next version."
    if variable := variable_instead_of(site, sources):
        return f"the environment variable {variable} is sent instead of it: unset it, or put the text there."
    return None
