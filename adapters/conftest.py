"""What tests can be looked for in: modules of an extra that is not installed, and templates, can't be imported."""

from __future__ import annotations

from importlib.util import find_spec

_WITHOUT_RAY = [] if find_spec("ray") else ["llmdl_ray/cluster.py", "llmdl_ray/__main__.py"]
collect_ignore = [*_WITHOUT_RAY, "llmdl_dspy/templates/placed.py", "llmdl_langgraph/templates/nodes.py"]
