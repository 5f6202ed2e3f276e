"""Rooms, directions and sizes of the code, read from the source itself.

A room is a top-level module or package of `evaluation`. It imports rooms of its own layer or of a
lower one; a new room is given its layer here first.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from django.conf import settings

ROOT: Path = settings.BASE_DIR
LAYERS = [
    {
        "comparison",
        "workbook",
        "series",
        "remarkable",
        "numbers",
        "suggesting",
        "ranks",
        "eras",
        "references",
        "pasting",
        "excerpts",
        "file_kinds",
        "grades",
        "charts",
        "wrapping",
        "deadlines",
    },
    {"checking"},
    {"models"},
    {"permissions", "checks", "placing", "numbering", "deployment", "triggers", "trigger_rules"}
    | {"comment_rules", "result_rules"},
    {
        "amending",
        "drafting",
        "reasoning",
        "procedure",
        "timeline",
        "waiting",
        "approving",
        "recording",
        "restricting",
        "lifespans",
        "surroundings",
    }
    | {"lineage", "progress", "reminding", "step_order"}
    | {
        "entering",
        "valuing",
        "figures",
        "samples",
        "sample_grades",
        "grading",
        "documents",
        "loading",
        "rendering",
    }
    | {"importing"}
    | {"commenting", "presence", "telling", "applying"},
    {"consistency"},
    {"waiving"},
    {
        "forms",
        "resources",
        "result_resources",
        "grade_resources",
        "templatetags",
        "past",
        "trail",
        "withholding",
        "searching",
        "chronicle",
        "audited",
    },
    {"views", "admin", "result_admin", "grade_admin", "management"},
    {"urls", "apps"},
]
WITHOUT_DJANGO = [
    "comparison",
    "checking",
    "workbook",
    "series",
    "remarkable",
    "numbers",
    "suggesting",
    "grades",
    "ranks",
    "eras",
    "references",
    "pasting",
    "charts",
    "wrapping",
    "deadlines",
]
# Names that say nothing of what is in them, and receivers that act unseen.
FORBIDDEN_NAMES = {"utils", "helpers", "mixins", "services", "signals", "common", "misc", "base"}
MAX_LINE, MAX_FILE, MAX_FUNCTION, MAX_VIEW, MAX_TEMPLATE = 110, 400, 40, 25, 120


@dataclass(frozen=True)
class Module:
    """A source file: `name` is dotted, `imports` are the dotted names that it imports when run."""

    name: str
    file: Path
    tree: ast.Module

    @property
    def room(self) -> str:
        return self.name.split(".")[1] if "." in self.name else ""

    @property
    def imports(self) -> list[str]:
        return list(imported(self.tree))


def imported(tree: ast.AST) -> Iterator[str]:
    """Yield the names imported anywhere in a tree, but for those that only a type checker reads."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"relative import of {node.module}"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        else:
            yield from imported(node)


def modules_of(*packages: str) -> list[Module]:
    files = [file for package in packages for file in sorted((ROOT / package).rglob("*.py"))]
    return [
        Module(
            name=".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"),
            file=file,
            tree=ast.parse(file.read_text(encoding="utf-8")),
        )
        for file in files
        if "migrations" not in file.parts
    ]


CODE = modules_of("jst_objectives", "programs", "evaluation")
EVALUATION = [module for module in CODE if module.room and module.name.startswith("evaluation.")]
LAYER = {room: number for number, rooms in enumerate(LAYERS) for room in rooms}
TOP = [
    Module("portal", ROOT / "portal", ast.parse((ROOT / "portal").read_text(encoding="utf-8"))),
    Module(
        "manage", ROOT / "manage.py", ast.parse((ROOT / "manage.py").read_text(encoding="utf-8"))
    ),
]


def named(module: Module) -> str:
    return module.name


# --- Directions -----------------------------------------------------------------------------------
@pytest.mark.parametrize("module", EVALUATION, ids=named)
def test_a_room_imports_no_room_above_it(module: Module) -> None:
    assert module.room in LAYER, f"give {module.room} a layer in {Path(__file__).name}"
    rooms = {name.split(".")[1] for name in module.imports if name.startswith("evaluation.")}
    assert [room for room in rooms if LAYER[room] > LAYER[module.room]] == []


@pytest.mark.parametrize("package", ["programs", "jst_objectives"])
def test_the_other_packages_know_nothing_of_evaluation(package: str) -> None:
    names = [name for module in modules_of(package) for name in module.imports]
    assert [name for name in names if name.split(".")[0] == "evaluation"] == []


@pytest.mark.parametrize("room", WITHOUT_DJANGO)
def test_what_is_pure_stays_pure(room: str) -> None:
    """In the source, and for the engine also when it is really imported."""
    names = {n.split(".")[0] for m in EVALUATION if m.room == room for n in m.imports}
    assert names & {"django", "simple_history", "programs", "jst_objectives"} == set()


def test_the_engine_runs_without_django() -> None:
    code = "import sys, evaluation.comparison.table; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_no_module_imports_itself_by_way_of_others() -> None:
    """Raises graphlib.CycleError, naming the circle."""
    names = {module.name for module in CODE}

    def target(name: str) -> str:
        return name if name in names else name.rpartition(".")[0]

    graph = {module.name: {target(name) for name in module.imports} for module in CODE}
    TopologicalSorter(graph).prepare()


# --- Names and sizes ------------------------------------------------------------------------------
def test_no_file_is_a_drawer_for_everything() -> None:
    names = {part for module in CODE for part in module.name.split(".")}
    assert names & FORBIDDEN_NAMES == set()


@pytest.mark.parametrize("module", [*CODE, *TOP], ids=named)
def test_files_and_functions_are_short(module: Module) -> None:
    lines = module.file.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= MAX_FILE
    limit = MAX_VIEW if module.room == "views" else MAX_FUNCTION
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    found = [node for node in ast.walk(module.tree) if isinstance(node, functions)]
    lengths = {node.name: (node.end_lineno or 0) - node.lineno + 1 for node in found}
    assert {name: length for name, length in lengths.items() if length > limit} == {}


@pytest.mark.parametrize("module", [*CODE, *TOP, *modules_of("tests")], ids=named)
def test_lines_fit(module: Module) -> None:
    """Counted in characters: the formatter counts a Japanese one twice and splits no sentence."""
    lines = module.file.read_text(encoding="utf-8").splitlines()
    assert [n for n, line in enumerate(lines, start=1) if len(line) > MAX_LINE] == []


def test_templates_are_short() -> None:
    files = sorted((ROOT / "templates").rglob("*.html"))
    lengths = {str(file): file.read_text(encoding="utf-8").count("\n") for file in files}
    assert {file: length for file, length in lengths.items() if length > MAX_TEMPLATE} == {}
