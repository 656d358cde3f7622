"""Imports point in one direction, heavy packages have one home each, and `import ragas_nb` loads none."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import ragas_nb

PACKAGE = Path(ragas_nb.__file__).parent
NAMES_OF_RAGAS = ("cost", "dataset_schema", "embeddings", "llms", "messages", "run_config")
ORDER = (
    ("errors",),
    ("schema",),
    ("prompts",),
    ("judges",),
    ("metrics",),
    ("engine",),
    ("store",),
    ("results",),
    (
        "views",
        "marking",
        "recorded",
        "session",
        "steering",
        "listeners",
        "conventions",
        "telemetry",
        "run",
        "preparing",
        "kept",
        "estimating",
        "comparing",
        "api",
        "testing",
        *NAMES_OF_RAGAS,
    ),
    ("align",),
    ("scale",),
    ("notebook",),
)
"""An import may point to its own group or to one further up."""
AGAINST_THE_ORDER = {("metrics/alone.py", "ragas_nb.api", True)}
"""Module, import, whether it happens at use. A metric asked to score by itself hands over to the run that it
would be a part of; this is the only such import."""
RANK = {layer: rank for rank, layers in enumerate(ORDER) for layer in layers}
ONLY_IN = {
    "openai": "judges/openai/",
    "plotly": "results/plots.py",
    "nest_asyncio": "engine/loop.py",
    "nest_asyncio2": "engine/loop.py",
    "IPython": "notebook/",
    "ipywidgets": "notebook/",
    "traitlets": "notebook/",
    "anywidget": "notebook/",
    "opentelemetry": "telemetry.py",
}
"""Where a package may be imported from."""
LATE = (
    "pandas",
    "openai",
    "plotly",
    "nest_asyncio",
    "nest_asyncio2",
    "datasets",
    "genai_prices",
    "json_repair",
    "nltk",
    "opentelemetry",
    "pyarrow",
    "sacrebleu",
    "sqlglot",
    "torch",
    "transformers",
)
"""Packages that no module imports before they are used."""


@dataclass(frozen=True)
class Import:
    """One name that a module imports; `late` inside a function, `typing` under TYPE_CHECKING."""

    module: str
    name: str
    late: bool
    typing: bool

    @property
    def package(self) -> str:
        return self.name.partition(".")[0]


def imports_of(path: Path) -> Iterator[Import]:
    module = path.relative_to(PACKAGE).as_posix()

    def walk(node: ast.AST, late: bool, typing: bool) -> Iterator[Import]:
        if isinstance(node, ast.Import):
            yield from (Import(module, alias.name, late, typing) for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            folders = ("ragas_nb", *path.relative_to(PACKAGE).parts)[: -node.level] if node.level else ()
            source = ".".join([*folders, *([node.module] if node.module else [])])
            yield from (Import(module, f"{source}.{alias.name}", late, typing) for alias in node.names)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            late = True
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            typing = True
        for child in ast.iter_child_nodes(node):
            yield from walk(child, late, typing)

    return walk(ast.parse(path.read_text(encoding="utf-8")), False, False)


def all_imports() -> list[Import]:
    return [found for path in sorted(PACKAGE.rglob("*.py")) for found in imports_of(path)]


def layer_of(place: str) -> str:
    """`engine` for `engine/plan.py` and for `ragas_nb.engine.plan`; empty for the package itself."""
    return place.removeprefix("ragas_nb").lstrip(".").replace("/", ".").removesuffix(".py").partition(".")[0]


def test_every_import_points_to_its_own_layer_or_further_up():
    wrong = [
        f"{found.module} imports {found.name}"
        for found in all_imports()
        if found.package == "ragas_nb"
        and found.module != "__init__.py"
        and (found.module, found.name, found.late) not in AGAINST_THE_ORDER
        and RANK.get(layer_of(found.name), len(ORDER)) > RANK[layer_of(found.module)]
    ]
    assert wrong == []


def test_every_module_has_a_layer():
    modules = {path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in PACKAGE.rglob("*.py")}
    assert modules - RANK.keys() == {"__init__"}


def test_packages_with_one_home_are_imported_nowhere_else():
    wrong = [
        f"{found.module} imports {found.name}"
        for found in all_imports()
        if found.package in ONLY_IN
        and not found.typing
        and not found.module.startswith(ONLY_IN[found.package])
    ]
    assert wrong == []


def test_heavy_packages_are_imported_when_they_are_used():
    wrong = [
        f"{found.module} imports {found.name}"
        for found in all_imports()
        if found.package in LATE and not found.late and not found.typing
    ]
    assert wrong == []


HEAVY = (
    "openai",
    "pandas",
    "plotly",
    "anywidget",
    "numpy",
    "IPython",
    "ipywidgets",
    "aiohttp",
    "httpx",
    "opentelemetry",
)


def loaded_after(code: str) -> list[str]:
    """The heavy packages that a fresh interpreter has loaded after this code."""
    told = f"{code}\nimport sys\nprint(*[name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", told], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.split()


def test_importing_the_package_loads_nothing_heavy():
    assert loaded_after("import ragas_nb") == []


def test_evaluating_in_a_script_loads_no_notebook_and_no_pandas():
    assert (
        loaded_after(
            "import ragas_nb as rnb\n"
            "rnb.evaluate([{'response': 'a', 'reference': 'a'}], ['exact_match'], show_progress=False)"
        )
        == []
    )


def test_every_public_name_can_be_loaded_and_is_listed():
    assert {name for name in ragas_nb.__all__ if getattr(ragas_nb, name) is None} == set()
    assert set(ragas_nb.__all__) < set(dir(ragas_nb))
    assert list(ragas_nb.__all__) == sorted(ragas_nb.__all__)
