"""An import that waits for its worker, in a database of its own."""

from decimal import Decimal

from evaluation import valuing
from evaluation.importing import working
from evaluation.models import IndicatorMeasure
from jst_objectives import history
from tests.evaluation.importing.filling import HEADING, Scene
from tests.evaluation.workbook.files import bytes_of, opened

YEARS = 5


def begin(values: int, *, conflict: bool) -> None:
    """Leave an import of so many values in the state in which the worker stores them; one of them was
    entered meanwhile by somebody else (`conflict`)."""
    scene = Scene.made()
    working.MANY = 0
    rows = [
        IndicatorMeasure(indicator=scene.papers.indicator, position=n + 10, label=f"数{n}")
        for n in range(values // YEARS)
    ]
    history.create_all(IndicatorMeasure, rows, by=None, reason="試験")
    sheet = opened(scene.template())
    for row in range(HEADING + 1, sheet.max_row + 1):
        if str(sheet.cell(row, 4).value).startswith("数"):
            for number in range(YEARS):
                sheet.cell(row, 6 + 3 * number).value = row * 10 + number
    working.save(scene.compared(bytes_of(sheet.parent)))
    if conflict:
        valuing.record(rows[0], 2022, by=scene.other, number=Decimal(1))
