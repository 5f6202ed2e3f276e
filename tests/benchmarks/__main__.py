"""`./portal bench [--only NAME] [--quick]`: our figures beside their bars, in one run.

Every figure is the median of five fresh processes, import included; the variants of a benchmark
take turns, so that a busy machine slows all of them alike.
"""

import argparse
import itertools
import math
import os
import secrets
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import django

from tests.benchmarks.children import Cost, medians

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jst_objectives.settings")
os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(50))


@dataclass(frozen=True)
class Figure:
    """One measured number beside the greatest (or least) that is allowed; a rival's has no bar."""

    text: str
    value: float
    bar: float | None
    at_least: bool = False

    @property
    def passed(self) -> bool:
        if self.bar is None:
            return True
        return self.value >= self.bar if self.at_least else self.value <= self.bar

    def __str__(self) -> str:
        line = f"  {self.text:<58}{self.value:9.3f}"
        if self.bar is None:
            return line
        sign = "≥" if self.at_least else "≤"
        return f"{line}  (bar {sign} {self.bar:g})  {'PASS' if self.passed else 'FAIL'}"


Variants = dict[str, Callable[[], Cost]]
Judge = Callable[[dict[str, Cost]], list[Figure]]


def real_table() -> tuple[Variants, Judge]:
    """The real amendment's table against WeasyPrint's simplest call on the same HTML."""
    from tests.benchmarks import pdf
    from tests.benchmarks.real_table import html

    (page,) = html()["table"]
    variants: Variants = {"portal": lambda: pdf.ours(page), "bare": lambda: pdf.bare(page)}
    return variants, lambda cost: [ratio("real table, tagged / bare", cost, "portal", "bare", 1.25)]


def dossier() -> tuple[Variants, Judge]:
    """The whole dossier of the real amendment in one PDF, and the reading of its pages before that,
    against its table alone."""
    from tests.benchmarks import pdf
    from tests.benchmarks.real_table import html

    made = html()
    variants: Variants = {
        "dossier, 25 pages": lambda: pdf.ours(*made["dossier"]),
        "pages of table and appendix": lambda: pdf.pages(made["dossier"][1], made["dossier"][3]),
        "table alone, 3 pages": lambda: pdf.ours(*made["table"]),
    }

    def judge(cost: dict[str, Cost]) -> list[Figure]:
        whole, pages, table = (cost[name].cpu for name in variants)
        return [
            Figure("dossier with its references (s CPU)", whole + pages, None),
            Figure("dossier with its references / table alone", (whole + pages) / table, 5),
        ]

    return variants, judge


def thousand_rows() -> tuple[Variants, Judge]:
    """1,000 rows, tagged, against a naive table of the same text, untagged."""
    from tests.benchmarks import pdf

    variants: Variants = {
        "portal": lambda: pdf.ours(pdf.our_html(1000)),
        "naive": lambda: pdf.naive(pdf.naive_html(1000)),
    }
    return variants, lambda cost: [
        ratio("1,000 rows, tagged / naive", cost, "portal", "naive", 0.95)
    ]


def growth(counts: list[int]) -> tuple[Variants, Judge]:
    """How time and memory of a PDF grow with its rows."""
    from tests.benchmarks import pdf

    variants: Variants = {
        f"{count:,} rows": partial(pdf.ours, pdf.our_html(count)) for count in counts
    }
    return variants, lambda cost: [
        exponent("PDF, growth of time", counts, cost, 1.08),
        *(
            Figure(f"PDF, {name}, peak memory (MB)", cost[name].memory, 75 + 0.13 * count)
            for name, count in zip(variants, counts, strict=True)
        ),
    ]


def table_page(counts: list[int]) -> tuple[Variants, Judge]:
    """How the time of the table's page grows with the changed clauses."""
    from tests.benchmarks import table_page

    variants: Variants = {f"{count:,} rows": partial(table_page.page, count) for count in counts}
    # Start-up dominates the small pages, so each step is judged alone: the whole would flatter.
    steps = list(itertools.pairwise(counts))
    return variants, lambda cost: [
        exponent(f"page, {low:,} to {high:,}", [low, high], cost, 1.15) for low, high in steps
    ]


def table_marks(repeat: int) -> tuple[Variants, Judge]:
    """The page of 500 clauses with 52 changed against the same page without marks."""
    from tests.benchmarks import table_marks

    def judge(_: dict[str, Cost]) -> list[Figure]:
        times, seconds = table_marks.measured(repeat)
        return [Figure(f"page with / without marks ({1000 * seconds:.0f} ms)", times, 4)]

    return {}, judge


def pages(repeat: int) -> tuple[Variants, Judge]:
    """Every page against an empty page of the same site; measured in one process, in turns."""
    from tests.benchmarks import pages

    return {}, lambda _: [Figure(name, r, bar) for name, r, bar in pages.measured(repeat)]


def live(repeat: int) -> tuple[Variants, Judge]:
    """The rows of a clause of 1,000 characters while it is typed, against an empty page."""
    from tests.benchmarks import live

    def judge(_: dict[str, Cost]) -> list[Figure]:
        times, seconds = live.measured(repeat)
        return [Figure(f"1,000 characters, live ({1000 * seconds:.0f} ms)", times, 10)]

    return {}, judge


def grid(repeat: int) -> tuple[Variants, Judge]:
    """The grid of 70 indicators in five years, and one value saved in it, against an empty page."""
    from tests.benchmarks import grid

    return {}, lambda _: [Figure(*figure) for figure in grid.figures(repeat)]


def search(repeat: int) -> tuple[Variants, Judge]:
    """Searches in 3,000 and in 30,000 wordings, against the plainest query."""
    from tests.benchmarks import search

    return {}, lambda _: [Figure(*figure) for figure in search.figures(repeat)]


def marks() -> tuple[Variants, Judge]:
    """The engine's marks against a drafter's, beside three rivals."""
    from tests.benchmarks import marks

    return {}, lambda _: [Figure(*figure) for figure in marks.figures()]


def engine() -> tuple[Variants, Judge]:
    """What marking costs, beside difflib."""
    from tests.benchmarks import engine

    return {}, lambda _: [Figure(*figure) for figure in engine.figures()]


def imports(quick: bool) -> tuple[Variants, Judge]:
    """Values by workbook beside django-import-export's default path, and how they grow."""
    from tests.benchmarks import imports

    return {}, lambda _: [Figure(*figure) for figure in imports.figures(quick)]


def plain_texts(repeat: int) -> tuple[Variants, Judge]:
    """Two plain texts without identities: what is found, time, growth and memory."""
    from tests.benchmarks import document_speed, documents

    def judge(cost: dict[str, Cost]) -> list[Figure]:
        memory = cost["1M characters"].memory
        found = [*documents.figures(), *document_speed.figures(repeat)]
        return [
            *(Figure(*figure) for figure in found),
            Figure("1M characters, peak memory of the process (MB)", memory, 150),
        ]

    return {"1M characters": document_speed.whole_process}, judge


def ratio(text: str, cost: dict[str, Cost], name: str, base: str, bar: float) -> Figure:
    return Figure(text, cost[name].cpu / cost[base].cpu, bar)


def exponent(text: str, counts: list[int], cost: dict[str, Cost], bar: float) -> Figure:
    """Return k where time grows as count^k, between the first count and the last."""
    grown = cost[f"{counts[-1]:,} rows"].cpu / cost[f"{counts[0]:,} rows"].cpu
    return Figure(f"{text}, exponent", math.log(grown) / math.log(counts[-1] / counts[0]), bar)


def measure(variants: Variants, repeat: int) -> dict[str, Cost]:
    runs: dict[str, list[Cost]] = {name: [] for name in variants}
    for _ in range(repeat):
        for name, variant in variants.items():
            runs[name].append(variant())
    return medians(runs)


def main() -> int:
    """Return 1 where a bar is missed."""
    benchmarks: dict[str, Callable[[bool], tuple[Variants, Judge]]] = {
        "real-table": lambda quick: real_table(),
        "dossier": lambda quick: dossier(),
        "thousand-rows": lambda quick: thousand_rows(),
        "growth": lambda quick: growth([100, 1000] if quick else [100, 1000, 5000]),
        "table-page": lambda quick: table_page([10, 100, 1000] if quick else [10, 100, 1000, 5000]),
        "engine": lambda quick: engine(),
        "marks": lambda quick: marks(),
        "table-marks": lambda quick: table_marks(3 if quick else 15),
        "live": lambda quick: live(5 if quick else 25),
        "grid": lambda quick: grid(5 if quick else 25),
        "search": lambda quick: search(3 if quick else 9),
        "documents": lambda quick: plain_texts(1 if quick else 3),
        "imports": imports,
        "pages": lambda quick: pages(3 if quick else 15),
    }
    parser = argparse.ArgumentParser(prog="portal bench", description=__doc__)
    parser.add_argument("--only", choices=benchmarks)
    parser.add_argument("--quick", action="store_true", help="one run each, up to 1,000 rows")
    options = parser.parse_args()
    django.setup()
    failed = False
    for name, benchmark in benchmarks.items():
        if options.only in (None, name):
            variants, judge = benchmark(options.quick)
            cost = measure(variants, 1 if options.quick else 5)
            print(f"\n{name}")
            for variant, one in cost.items():
                print(f"  {variant:<38}{one.cpu:9.2f} s CPU {one.memory:8.0f} MB")
            for figure in judge(cost):
                failed |= not figure.passed
                print(figure)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
