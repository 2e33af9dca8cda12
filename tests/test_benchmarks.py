"""The benchmarks are not run with the tests; what they take from the program is there all the same."""

import ast
import importlib
import importlib.util
from pathlib import Path

import pytest

BENCHMARKS = sorted((Path(__file__).parents[1] / "bench").rglob("*.py"))


@pytest.mark.parametrize("benchmark", BENCHMARKS, ids=lambda file: "-".join(file.relative_to(file.parents[1]).parts))
def test_every_name_that_a_benchmark_takes_from_the_program_is_there(benchmark: Path) -> None:
    taken = [
        (node.module, alias.name)
        for node in ast.walk(ast.parse(benchmark.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in ("bot", "scoring")
        for alias in node.names
    ]
    assert [one for one in taken if not _is_there(*one)] == []


def _is_there(module: str, name: str) -> bool:
    found = importlib.import_module(module)
    part = f"{module}.{name}"
    return hasattr(found, name) or (hasattr(found, "__path__") and importlib.util.find_spec(part) is not None)
