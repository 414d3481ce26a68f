"""`checkout.py [NAME ...]`: clones the agents that AGENTS_DIR lacks, each at the commit that its labels hold for."""

from __future__ import annotations

import subprocess
import sys

import tree
from spec import Agent


def main(*names: str) -> None:
    """Clone what is missing; without names, for every spec."""
    for agent in map(tree.agent, names or sorted(path.stem for path in tree.SPECS.glob("*/*.py"))):
        if tree.checkout(agent) is None:
            _clone(agent)


def _clone(agent: Agent) -> None:
    into = tree.AGENTS_DIR / f"{agent.repository.replace('/', '+')}@{agent.commit}"
    url = f"https://github.com/{agent.repository}.git"
    subprocess.run(["git", "clone", "-q", "--filter=blob:none", "--no-checkout", url, str(into)], check=True)
    subprocess.run(["git", "-C", str(into), "checkout", "-q", agent.commit], check=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
