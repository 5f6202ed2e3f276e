"""What must be the same in several files, and what must stand in none."""

import ast
import re
import tomllib
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template
from django.template.utils import get_app_template_dirs
from packaging.requirements import Requirement
from packaging.version import Version

ROOT: Path = settings.BASE_DIR
TEMPLATES = ROOT / "templates"
NAMES = sorted(str(file.relative_to(TEMPLATES)) for file in TEMPLATES.rglob("*.html"))
# Found by the number of the answer, and whatever stands in the place of a package's own template.
FOUND_BY_DJANGO = {"400.html", "403.html", "403_csrf.html", "404.html", "405.html", "500.html"}
OF_PACKAGES = [
    Path(folder)
    for folder in get_app_template_dirs("templates")
    if not Path(folder).is_relative_to(ROOT / "evaluation")
]
REPLACING = {name for name in NAMES if any((folder / name).exists() for folder in OF_PACKAGES)}
CODE = sorted(
    file
    for package in ("jst_objectives", "programs", "evaluation")
    for file in (ROOT / package).rglob("*.py")
    if "migrations" not in file.parts
)
STATIC = sorted(file for file in (ROOT / "evaluation" / "static").rglob("*") if file.is_file())
LOCKS = ["requirements.lock", "requirements-dev.lock"]


def text(*names: str) -> str:
    return (ROOT.joinpath(*names)).read_text(encoding="utf-8")


def path(file: Path) -> str:
    return str(file.relative_to(ROOT))


# --- Templates ------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", NAMES)
def test_every_template_compiles(name: str) -> None:
    get_template(name)


@pytest.mark.parametrize("name", sorted(set(NAMES) - FOUND_BY_DJANGO - REPLACING))
def test_every_template_is_used(name: str) -> None:
    sources = [*CODE, *(TEMPLATES / other for other in NAMES if other != name)]
    mention = re.compile(rf"[\"']{re.escape(name)}(#[\w-]+)?[\"']")
    assert any(mention.search(file.read_text(encoding="utf-8")) for file in sources)


@pytest.mark.parametrize("file", STATIC, ids=path)
def test_every_static_file_is_used(file: Path) -> None:
    sources = [*CODE, *TEMPLATES.rglob("*.html"), *(other for other in STATIC if other != file)]
    assert any(file.name in other.read_text(encoding="utf-8") for other in sources)


@pytest.mark.parametrize("name", NAMES)
def test_templates_hold_no_style_and_no_script(name: str) -> None:
    """The content security policy would refuse both."""
    inline = re.compile(
        r"<style|\sstyle\s*=|<script(?![^>]*\ssrc=)|\son[a-z]+\s*=|javascript:", re.IGNORECASE
    )
    assert inline.findall(text("templates", name)) == []


# --- Text is data ---------------------------------------------------------------------------------
@pytest.mark.parametrize("file", [*CODE, *(TEMPLATES / name for name in NAMES)], ids=path)
def test_nothing_is_declared_safe(file: Path) -> None:
    unsafe = re.compile(r"mark_safe|SafeString|SafeText|\|\s*safe|autoescape\s+off|__html__")
    assert unsafe.findall(file.read_text(encoding="utf-8")) == []


# The history itself inserts in bulk, and copies what it inserted into the histories.
@pytest.mark.parametrize(
    "file", [f for f in CODE if path(f) != "jst_objectives/history.py"], ids=path
)
def test_no_write_goes_past_the_history(file: Path) -> None:
    past = {"bulk_create", "bulk_update", "update_or_create", "abulk_create", "abulk_update"}
    found = []
    for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            name = call.func.attr
            # QuerySet.update takes keywords only; those of dictionaries and hashes are not meant.
            updates = name in {"update", "aupdate"} and call.keywords and not call.args
            if name in past or updates:
                found.append((call.lineno, name))
    assert found == []


# --- Dependencies and settings --------------------------------------------------------------------
def locked(name: str) -> dict[str, list[Version]]:
    """Return the versions of a lock file; a package may have one per version of Python."""
    versions: dict[str, list[Version]] = {}
    for package, version in re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", text(name), re.MULTILINE):
        versions.setdefault(package, []).append(Version(version))
    return versions


def declared() -> list[Requirement]:
    project = tomllib.loads(text("pyproject.toml"))
    names = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    return [Requirement(name) for name in names]


@pytest.mark.parametrize("name", [*LOCKS, "pyproject.toml"])
def test_no_address_of_a_registry_is_written_down(name: str) -> None:
    address = re.compile(r"https?://|file:|--(extra-)?index-url|--find-links|index-url\s*=")
    assert address.findall(text(name)) == []


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_hashes(name: str) -> None:
    entries = re.split(r"^(?=[a-z])", text(name), flags=re.MULTILINE)[1:]
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_lock_for_tests_holds_all_of_the_other() -> None:
    run, test = locked(LOCKS[0]), locked(LOCKS[1])
    assert {name: test.get(name) for name in run} == run


@pytest.mark.parametrize("requirement", declared(), ids=lambda requirement: requirement.name)
def test_the_lock_has_what_is_declared(requirement: Requirement) -> None:
    versions = locked(LOCKS[1])[requirement.name]
    assert [v for v in versions if not requirement.specifier.contains(v)] == []


def test_every_setting_of_the_environment_is_in_the_table() -> None:
    """The table at the head of settings.py is the reference for whoever runs the portal."""
    source = text("jst_objectives", "settings.py")
    code = source + text("jst_objectives", "environment.py")
    read = re.findall(r"(?:environ\.get|flag|number)\(\s*\"([A-Z_]+)\"|\"(OIDC_[A-Z_]+)\"", code)
    names = {one or other for one, other in read}
    table = source.split('"""')[1]
    assert names == set(re.findall(r"\b(?:[A-Z]+_[A-Z_]+|DEBUG)\b", table)) - {"X_FORWARDED"}
