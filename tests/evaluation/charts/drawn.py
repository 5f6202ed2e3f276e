"""Series to be drawn, each for what a drawing may hold; and their golden SVG."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string

from evaluation.charts import Drawing
from evaluation.series import Break, Entry, Measure, Series, Target, series

GOLDEN = Path(__file__).parents[2] / "golden" / "charts"
YEARS = range(2022, 2027)
AMENDMENT = "国立研究開発法人科学技術振興機構の中長期目標の変更について"
Given = float | int | str | None


def entries(*given: Given, stage: str = "final") -> list[Entry]:
    """Return entries of the years from 2022 on; None for none, a word for a state."""
    return [
        Entry(2022 + n, state=one, stage=stage)
        if isinstance(one, str)
        else Entry(2022 + n, Decimal(str(one)), stage=stage)
        for n, one in enumerate(given)
        if one is not None
    ]


def made(
    *given: Given,
    unit: str = "本",
    decimals: int = 0,
    direction: str = "higher",
    accumulation: str = "yearly",
    stage: str = "final",
    **options: Any,
) -> Series:
    """Return the series of a measure called 論文数; `options` as `series` has them."""
    measure = Measure("論文数", unit, decimals, direction=direction, accumulation=accumulation)
    return series(measure, YEARS, entries(*given, stage=stage), **options)


def target(number: int, first: int = 2022, last: int = 2026) -> Target:
    return Target(first, last, Decimal(number))


SERIES = {
    "zero": made(100, 90, 130, 0, targets=[target(110)]),
    "states": made(
        100, "not_yet", 130, 120, targets=[target(110, last=2024), target(150, first=2025)]
    ),
    "broken": made(
        100, 120, 130, 40, targets=[target(110)], breaks=[Break(2025, "split", AMENDMENT, False)]
    ),
    "cumulative": made(
        *(10, 20, 30, 40),
        targets=[target(100)],
        breaks=[Break(2024, "reworded", AMENDMENT)],
        accumulation="cumulative",
    ),
    "negative": made(
        -1.5, 2, -0.5, None, 3, decimals=1, direction="lower", targets=[target(1)], unit="億円"
    ),
    "wide": made(123456789, 123456700, 13000000, 99999999, stage="preliminary", unit="千円"),
    "new": made(
        *(None, None, None, None, 7),
        first_year=2026,
        breaks=[Break(2026, "replaced", AMENDMENT, False)],
    ),
    "nothing": made(),
}


def svg(drawing: Drawing) -> str:
    return render_to_string("evaluation/drawing.svg", {"drawing": drawing})
