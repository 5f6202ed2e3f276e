"""The days of the statutory calendar of a fiscal year's evaluation. Pure.

Rules: 独立行政法人通則法第35条の6 (report within three months of the year's end; opinion of the council on
research agencies), 第35条の7 (review of the whole agency); what has no day in the law is told as it is usual.
"""

import datetime as dt
from dataclasses import dataclass

from evaluation.eras import era_year


@dataclass(frozen=True)
class Event:
    """`when` in words; `day` where a day is set by law."""

    when: str
    what: str
    who: str
    basis: str = "（例年の時期）"
    day: dt.date | None = None


def report_due(fiscal_year: int) -> dt.date:
    """Return until when the report on a fiscal year, with its self-evaluation, is handed in and published:
    three months after the year's end (通則法第35条の6第3項)."""
    return dt.date(fiscal_year + 1, 6, 30)


def calendar(fiscal_year: int, last_fiscal_year: int) -> tuple[Event, ...]:
    """Return what falls due for a fiscal year of a period that ends with `last_fiscal_year`, in order."""
    due = report_due(fiscal_year)
    year = f"{era_year(due)}年"
    law = "通則法第35条の6"
    foreseen = fiscal_year == last_fiscal_year - 1
    kinds = "年度評価" + ("・見込評価" if foreseen else "")
    kinds += "・期間実績評価" if fiscal_year == last_fiscal_year else ""
    events = [
        Event(
            f"{year}6月30日まで",
            "業務実績等報告書（自己評価を含む）の提出・公表",
            "法人",
            f"{law}第3項",
            due,
        ),
        Event(f"{year}7月", "研究開発に係る事項についての審議会の意見", "審議会", f"{law}第6項"),
        Event(f"{year}7月末～8月上旬", f"{kinds}の確定・通知・公表", "主務大臣", law),
    ]
    if foreseen:
        review = "通則法第35条の7"
        events.append(
            Event(f"{year}8月中旬", "業務・組織全般の見直しの通知・公表", "主務大臣", review)
        )
        events.append(Event(f"{year}11月頃", "見込評価についての委員会の意見", "委員会"))
    return tuple(events)
