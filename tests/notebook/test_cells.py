"""What only IPython understands becomes a comment on the same line; Python stays as it is."""

from __future__ import annotations

import pytest

from llmdl_plugins.notebook.cells import as_python


@pytest.mark.parametrize(
    ("cell", "lines"),
    [
        ("x = 1\nprint(x)", ["x = 1", "print(x)"]),
        ("%pip install x\nx = 1", ["pass  # %pip install x", "x = 1"]),
        ("if a:\n    !ls -l\n    b()", ["if a:", "    pass  # !ls -l", "    b()"]),
        ("!pip install \\\n    x y\nz = 1", ["pass  # !pip install \\", "#     x y", "z = 1"]),
        ("files = !ls\na.b = %pwd", ["files = None  # files = !ls", "a.b = None  # a.b = %pwd"]),
        ("len?\n?len\nlen??", ["pass  # len?", "pass  # ?len", "pass  # len??"]),
        ("%%time\nx = 1", ["pass  # %%time", "x = 1"]),
        ("%%bash\nls\n\npwd", ["# %%bash", "# ls", "", "# pwd"]),
        ("x = 5 \\\n% 3", ["x = 5 \\", "% 3"]),
        ("%%time\nx = (5\n% 3)", ["pass  # %%time", "x = (5", "% 3)"]),
        ('%pwd\np = """\n!not a shell line\n%nor magic\n"""', ["pass  # %pwd", 'p = """', "!not a shell line",
                                                              "%nor magic", '"""']),
        ("this is no python", ["# this is no python"]),
        ("", [""]),
    ],
)  # fmt: skip
def test_a_cell_keeps_its_lines(cell: str, lines: list[str]) -> None:
    assert [line.rstrip() for line in as_python(cell)] == [line.rstrip() for line in lines]
