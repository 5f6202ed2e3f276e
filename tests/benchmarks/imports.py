"""Values by workbook, end to end with history, beside django-import-export's default path.

5,000 values from a file with errors and conflicts: looked at, handed back marked, corrected, looked at
again, decided and stored. The rival does what its admin does with a row per value: a dry run of the file
with errors, a dry run of the corrected one, and its import; it knows no conflicts and hands nothing back.
Each in a process of its own on a database of its own, in turns; then how ours grows. Where DATABASE_URL
names PostgreSQL, there too, in databases of their own on the server that the PG* variables name.
"""

import json
import math
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.benchmarks.children import ROOT, python
from tests.databases import created

YEARS = 5
VALUES = 5_000
KINDS = ("xlsx", "csv")
CODE = """
import sys, django
django.setup()
from tests.benchmarks import imports
getattr(imports, sys.argv[1])(*sys.argv[2:])
"""
Figures = Iterator[tuple[str, float, float | None, bool]]


def figures(quick: bool) -> Figures:
    """Yield text, value, bar, and whether it is the least that is allowed."""
    on_server = os.environ.get("BENCH_DATABASE_URL", "").startswith("postgres")
    databases = ["SQLite", *["PostgreSQL"] * on_server]
    for database in databases:
        with _filled(database, VALUES) as filled:
            for kind in KINDS:
                yield from _beside_the_rival(database, filled, kind, 1 if quick else 3)
    yield from _growth([1_000, 10_000] if quick else [1_000, 10_000, 100_000])


def _beside_the_rival(database: str, filled: "Filled", kind: str, repeat: int) -> Figures:
    ours, rivals = [], []
    for _ in range(repeat):
        ours.append(filled.cost("import_ours", kind)["seconds"])
        rivals.append(filled.cost("import_default", kind)["seconds"])
    one, other = statistics.median(ours), statistics.median(rivals)
    name = f"{VALUES:,} values, {kind.upper()} into {database}"
    yield f"{name}, ours (s)", one, None, False
    yield f"{name}, import-export's default (s)", other, None, False
    yield f"{name}, times as fast", other / one, 15, True


def _growth(counts: list[int]) -> Figures:
    runs = []
    for count in counts:
        with _filled("SQLite", count) as filled:
            runs.append(filled.cost("import_ours", "xlsx"))
    exponent = math.log(runs[-1]["seconds"] / runs[-2]["seconds"]) / math.log(
        counts[-1] / counts[-2]
    )
    for count, run in zip(counts, runs, strict=True):
        yield f"{count:,} values, XLSX (s CPU)", run["seconds"], None, False
    yield f"growth from {counts[-2]:,} to {counts[-1]:,} values, exponent", exponent, 1.1, False
    yield f"{counts[-1]:,} values, peak memory of the process (MB)", runs[-1]["memory"], 400, False


@dataclass(frozen=True)
class Filled:
    """A database with measures, and the files to import, to be cloned for each run."""

    folder: str
    url: str

    def cost(self, way: str, kind: str) -> dict[str, float]:
        """Run one way of importing on a clone, in a process of its own."""
        on_server = self.url.startswith("postgresql")
        with (
            tempfile.TemporaryDirectory(prefix="portal-bench-") as own,
            created(Path(own), template=self.url, postgresql=on_server) as url,
        ):
            return dict(json.loads(_child(own, url, way, self.folder, kind)))


@contextmanager
def _filled(database: str, count: int) -> Iterator[Filled]:
    with (
        tempfile.TemporaryDirectory(prefix="portal-bench-") as folder,
        created(Path(folder), postgresql=database == "PostgreSQL") as url,
    ):
        _child(folder, url, "fill", folder, str(count))
        yield Filled(folder, url)


def _child(data: str, url: str, *arguments: str) -> bytes:
    return subprocess.run(
        python(CODE, *arguments),
        cwd=ROOT,
        env={**os.environ, "PORTAL_DATA": data, "DATABASE_URL": url},
        stdout=subprocess.PIPE,
        check=True,
    ).stdout


# --- In the child ---------------------------------------------------------------------------------
def fill(folder: str, count: str) -> None:
    """Make the measures and write both files twice: with errors and a stale base, and corrected."""
    from django.core.management import call_command

    from evaluation import valuing
    from evaluation.models import IndicatorMeasure
    from jst_objectives import history
    from tests.factories import make_indicators, make_period, make_user

    call_command("migrate", verbosity=0)
    period = make_period()
    person, other = (make_user(period.agency, "agency") for _ in range(2))
    _, (indicator,) = make_indicators(period)
    measures = [
        IndicatorMeasure(indicator=indicator, position=n, label=f"測定項目{n}", unit="件")
        for n in range(1, int(count) // YEARS + 1)
    ]
    history.create_all(IndicatorMeasure, measures, by=None, reason="試験")
    keys = [measure.pk for measure in measures]
    years = range(period.first_fiscal_year, period.last_fiscal_year + 1)
    for kind in KINDS:
        for wrong in (True, False):
            file = Path(folder) / f"ours-{wrong}.{kind}"
            file.write_bytes(_ours(period, keys, years, wrong=wrong, kind=kind))
            file = Path(folder) / f"rows-{wrong}.{kind}"
            file.write_bytes(_rows(keys, years, wrong=wrong, kind=kind))
    # One in fifty is there meanwhile, entered by somebody else.
    cells = [valuing.Cell(key, years[0], Decimal(7)) for key in keys[::10]]
    valuing.record_many(period, cells, by=other, reason="試験")
    names = {"period": period.pk, "person": person.pk}
    (Path(folder) / "names.json").write_text(json.dumps(names))


def _typed(key: int, year: int, *, wrong: bool) -> str:
    """Return a number, one in fifty wrong."""
    number = key * 10 + year % 10
    return f"約{number}" if wrong and number % 100 == 2 else str(number)


def _ours(period: Any, keys: list[int], years: range, *, wrong: bool, kind: str) -> bytes:
    from evaluation.importing.columns import template_columns
    from evaluation.importing.stamps import stamp
    from evaluation.workbook.sheets import Box, Look, Page
    from evaluation.workbook.writing import write
    from jst_objectives.tables import as_csv

    columns = template_columns(years)
    texts = [
        [stamp(period, key, {}), "1. 項目", "論文数", f"測定項目{key}", "件"]
        + [text for year in years for text in (_typed(key, year, wrong=wrong), "速報", "")]
        + ["", ""]
        for key in keys
    ]
    if kind == "csv":
        return as_csv([column.heading for column in columns], texts)
    rows = [[Box(Decimal(t) if t.isdecimal() else t, Look.OPEN) for t in row] for row in texts]
    return write(Page(columns=columns, rows=enumerate(rows, start=2)))


def _rows(keys: list[int], years: range, *, wrong: bool, kind: str) -> bytes:
    from jst_objectives.tables import as_csv, as_xlsx

    header = ["measure", "fiscal_year", "number", "stage", "entered_at"]
    rows = [
        [str(key), str(year), _typed(key, year, wrong=wrong), "preliminary", "2026-04-01 00:00:00"]
        for key in keys
        for year in years
    ]
    return as_csv(header, rows) if kind == "csv" else as_xlsx(header, rows, "values")


def import_ours(folder: str, kind: str) -> None:
    from evaluation.importing import keeping
    from evaluation.importing.returning import returned
    from evaluation.models import IndicatorValue, ObjectivePeriod
    from programs.models import User

    names = json.loads((Path(folder) / "names.json").read_text())
    period = ObjectivePeriod.objects.select_related("agency").get(pk=names["period"])
    person = User.objects.get(pk=names["person"])
    files = [(Path(folder) / f"ours-{wrong}.{kind}").read_bytes() for wrong in (True, False)]

    def work() -> None:
        kept, _ = keeping.keep(period, f"値.{kind}", files[0], by=person)
        keeping.compare(kept)
        kept.refresh_from_db()
        assert kept.counts["error"]
        assert kept.counts["conflict"]
        assert returned(kept)
        kept, _ = keeping.keep(period, f"値.{kind}", files[1], by=person)
        keeping.compare(kept)
        kept.refresh_from_db()
        keeping.decide_all(kept, "mine")
        assert keeping.store(kept)

    _tell(work)
    assert IndicatorValue.objects.count() <= IndicatorValue.history.count()


def import_default(folder: str, kind: str) -> None:
    """What the library does without a word from us but for the fields and what tells rows apart."""
    from import_export.formats.base_formats import CSV, XLSX
    from import_export.resources import ModelResource

    from evaluation.models import IndicatorValue

    class Default(ModelResource):
        class Meta:
            model = IndicatorValue
            import_id_fields = ("measure", "fiscal_year")
            fields = ("measure", "fiscal_year", "number", "stage", "entered_at")

    files = [(Path(folder) / f"rows-{wrong}.{kind}").read_bytes() for wrong in (True, False)]

    def work() -> None:
        format = CSV(encoding="utf-8-sig") if kind == "csv" else XLSX()
        first, second = (format.create_dataset(file) for file in files)
        assert Default().import_data(first, dry_run=True).has_errors()
        assert not Default().import_data(second, dry_run=True).has_errors()
        assert not Default().import_data(second, dry_run=False).has_errors()

    _tell(work)


def _tell(work: Callable[[], None]) -> None:
    """Print what the work cost: processor time; on PostgreSQL, whose server's is not ours, real time."""
    on_server = os.environ["DATABASE_URL"].startswith("postgresql")
    clock = time.perf_counter if on_server else time.process_time
    start = clock()
    work()
    seconds = clock() - start
    # Linux counts the peak in kilobytes.
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    json.dump({"seconds": seconds, "memory": memory}, sys.stdout)
