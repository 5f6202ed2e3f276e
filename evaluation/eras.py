"""Years and days by the Japanese eras."""

import datetime as dt

# First day of each era since the Meiji calendar reform of 1873, newest first.
ERAS = (
    ("令和", dt.date(2019, 5, 1)),
    ("平成", dt.date(1989, 1, 8)),
    ("昭和", dt.date(1926, 12, 25)),
    ("大正", dt.date(1912, 7, 30)),
    ("明治", dt.date(1873, 1, 1)),
)
# What a person may mean who types a year.
FIRST_YEAR, LAST_YEAR = 1900, 2199


def era_year(day: dt.date) -> str:
    """Return the era and year of a day, "令和8" or "令和元". Raises ValueError before 1873."""
    for name, first in ERAS:
        if day >= first:
            number = day.year - first.year + 1 if name != "明治" else day.year - 1867
            return f"{name}{'元' if number == 1 else number}"
    raise ValueError(f"no era for {day}")


def year_name(fiscal_year: int) -> str:
    """Return 「令和7年度」. A year in which an era began is that era's as a whole, 「令和元年度」 (改元に
    伴う元号による年表示の取扱いについて, 平成31年4月2日)."""
    return f"{era_year(dt.date(fiscal_year, 12, 31))}年度"


def written(day: dt.date) -> str:
    """Return a day as a title writes it, "令和8年1月28日"; before 1873 by its Western year."""
    year = era_year(day) if day >= ERAS[-1][1] else day.year
    return f"{year}年{day.month}月{day.day}日"


def fiscal_year_of(day: dt.date) -> int:
    """Return the fiscal year of a day: it begins on 1 April."""
    return day.year if day.month >= 4 else day.year - 1
