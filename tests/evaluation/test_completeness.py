"""Source + readings = database, string by string and in both directions.

`tests.source.parsing` cuts the unchanged document into places and strings, `tests.source.printing`
renders the database at the same places; after the readings both are equal.
"""

import csv
import hashlib
import re
from collections import Counter, defaultdict
from typing import NamedTuple

import pytest
from django.apps import apps
from django.db import models

from evaluation.loading import FIXTURES, load_source
from evaluation.models import Amendment, Wording
from evaluation.models.texts import Text
from programs.models import Program
from tests.source import parsing, printing
from tests.source.parsing import FURNITURE, SOURCE, Passage, clean

# Places that the document repeats on every page; the database has one copy.
REPEATED = {"別紙／見出し": 8, "別紙／注": 6}
# Texts of the portal's own: not the document's, so not looked for in it.
OWN_TEXTS = {"現行（令和8年1月28日資料による）"}
# The steps of the procedure are the law's.
OF_THE_LAW = {"StepKind", "StepOrder"}
# Columns that name and order rows for machines.
MACHINE_COLUMNS = {"code", "slug", "public_id", "rank"}

Strings = dict[str, list[str]]


class Reading(NamedTuple):
    """A printed string (or part of one) at a place, and how it is stored.

    Nothing printed: the print leaves the line out. Printed = reading: doubtful, kept as printed.
    """

    place: str
    printed: str
    reading: str
    reason: str


def readings() -> list[Reading]:
    with (FIXTURES / "readings.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert tuple(rows[0]) == Reading._fields
    return [Reading(*row) for row in rows[1:]]


def at_places(passages: list[Passage]) -> Strings:
    places: Strings = defaultdict(list)
    for passage in passages:
        places[passage.place].append(passage.text)
    return dict(places)


def as_read(places: Strings, readings: list[Reading]) -> tuple[Strings, list[Reading]]:
    """Apply readings to a copy, whole strings first; also return those that apply to nothing."""
    places = defaultdict(list, {place: list(texts) for place, texts in places.items()})
    unused = []
    for reading in readings:
        texts = places[reading.place]
        if not reading.printed:
            unused += [reading] if reading.reading in texts else []
            texts.append(reading.reading)
        elif reading.printed in texts:
            texts[:] = [reading.reading if text == reading.printed else text for text in texts]
        elif any(reading.printed in text for text in texts):
            texts[:] = [text.replace(reading.printed, reading.reading) for text in texts]
        else:
            unused.append(reading)
    return dict(places), unused


@pytest.fixture
def draft(db: None) -> Amendment:
    load_source()
    return Amendment.objects.get(slug="2026-01-28")


@pytest.fixture
def source() -> Strings:
    """The document as read, each repeated place once."""
    places, _ = as_read(at_places(parsing.passages()), readings())
    for place, times in REPEATED.items():
        assert Counter(places[place]) == {places[place][0]: times}
        places[place] = places[place][:1]
    return places


def test_source_file_is_unchanged() -> None:
    digest = hashlib.sha256(SOURCE.read_bytes()).hexdigest()
    assert digest == "5e7dd95d898df04f5e48bf755f116a681f91718793e2faf1ba89da4bf0e90808"


def test_database_says_what_the_source_says(draft: Amendment, source: Strings) -> None:
    assert at_places(list(printing.passages(draft))) == source


def test_every_reading_is_used() -> None:
    _, unused = as_read(at_places(parsing.passages()), readings())
    assert unused == []


def test_reading_of_another_place_is_reported() -> None:
    wrong = Reading(
        "別紙／2.1／評価指標", "プログラスマネージャー", "プログラムマネージャー", "誤字。"
    )
    assert as_read(at_places(parsing.passages()), [wrong])[1] == [wrong]


def test_every_reading_has_a_reason_and_stands_once() -> None:
    rows = readings()
    assert [row for row in rows if not row.reason.endswith("。")] == []
    assert Counter((row.place, row.printed) for row in rows).most_common(1)[0][1] == 1


def test_every_kind_of_furniture_is_found_once() -> None:
    assert {
        text: SOURCE.read_text(encoding="utf-8").splitlines().count(text) for text in FURNITURE
    } == {
        "15 1": 1,
        "--\t---": 1,
        "--\t--": 1,
    }


def test_every_character_of_the_source_is_parsed() -> None:
    """The parser drops marks, tags, spaces and furniture, but no letter, digit or punctuation."""
    printed = SOURCE.read_text(encoding="utf-8")
    for text in FURNITURE:
        printed = printed.replace(text + "\n", "\n", 1)
    printed = re.sub(r"</?(?:p|u|ul)\b[^>]*>", "", printed)
    parsed = "".join(passage.text for passage in parsing.passages())
    lost = Counter(printed) - Counter(parsed)
    heading_marks = {"【": 8, "】": 8, "<": 3, ">": 3, "「": 2, "」": 2}
    assert {mark: lost.pop(mark) for mark in heading_marks} == heading_marks
    assert set(lost) == set(" \t\n*-・◆✓●○")
    assert Counter(parsed) - Counter(printed) == Counter({"　": 24})


def stored_texts() -> list[tuple[models.Model, str, str]]:
    """Return row, column and value of every text in the database that a person reads."""
    found = []
    for app in ("programs", "evaluation"):
        for model in apps.get_app_config(app).get_models():
            if model.__name__.startswith("Historical") or model._meta.proxy:
                continue
            if model.__name__ in OF_THE_LAW:
                continue
            columns = [
                column
                for column in model._meta.get_fields()
                if isinstance(column, models.CharField | models.TextField)
                and not column.choices
                and column.name not in MACHINE_COLUMNS
            ]
            for row in model._default_manager.all():
                found += [(row, column.name, getattr(row, column.name)) for column in columns]
    return [(row, name, value) for row, name, value in found if value and value not in OWN_TEXTS]


def test_every_stored_text_comes_from_the_source(draft: Amendment, source: Strings) -> None:
    printed = "\n".join(text for texts in source.values() for text in texts)
    invented = [
        (type(row).__name__, name, line)
        for row, name, value in stored_texts()
        for line in value.splitlines()
        if parsing.paragraph(line) not in printed
    ]
    assert invented == []


def test_no_marks_of_the_transcription_are_stored(draft: Amendment) -> None:
    values = [value for _, _, value in stored_texts()]
    assert [value for value in values if value != "\n".join(map(clean, value.splitlines()))] == []
    assert [value for value in values if re.search(r"[()*◆✓●]|VI", value)] == []


def test_amounts_agree_with_the_printed_words(draft: Amendment) -> None:
    units = {"億": 10**8, "万": 10**4}
    for program in Program.objects.all():
        stated = [
            (cost.text, cost.yen) for track in program.tracks.all() for cost in track.costs.all()
        ]
        stated += [(row.note, row.yen) for row in program.appropriations.exclude(note="")]
        for text, yen in stated:
            found = re.search(r"(\d+)([億万])円", text)
            assert found is not None
            assert int(found[1]) * units[found[2]] == yen
        if program.end_fiscal_year:
            assert program.period_text == f"～令和{program.end_fiscal_year - 2018}年度"
        if program.duration_years:
            assert program.period_text == f"{program.duration_years}年間"


def totals(text: Text) -> dict[str, int]:
    kinds = Counter(node.kind.value for node in text.order)
    owners = {node.parent_id for node in text.order if node.kind.value == "evaluation_axis"}
    return {"evaluated items": len(owners), **kinds}


def test_totals_of_the_current_text(draft: Amendment) -> None:
    assert totals(Text.of(Wording.objects.before(draft))) == {
        "evaluated items": 14,
        "chapter": 2,
        "item": 6 + 12 + 1,
        "body": 2,
        "evaluation_axis": 29,
        "evaluation_indicator": 42,
        "monitoring_indicator": 66,
    }


def test_totals_of_the_text_as_amended(draft: Amendment) -> None:
    text = Text.of(Wording.objects.as_amended_by(draft))
    assert totals(text) == {
        "evaluated items": 17,
        "chapter": 2,
        "item": 6 + 15 + 1,
        "body": 5,
        "evaluation_axis": 34,
        "evaluation_indicator": 45,
        "monitoring_indicator": 70,
    }
    assert text.conflicts == ()
