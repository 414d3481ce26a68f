"""What tests can be looked for in: modules of an extra that is not installed can't be imported."""

from __future__ import annotations

from importlib.util import find_spec

collect_ignore = [] if find_spec("ray") else ["llmdl_ray/cluster.py", "llmdl_ray/__main__.py"]
