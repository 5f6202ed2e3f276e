"""The cells of a workbook as texts, as a person sees them there.

A number is written with the 15 digits that a spreadsheet shows, a percentage with its sign, a day as a
day: that 「4/1」 became a date is for the person to see. Formulas are refused by their places; how large
a sheet says it is (`dimension`) is never asked.
"""

import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from typing import ClassVar

from evaluation.workbook.archives import OTHER, Archive
from evaluation.workbook.sheets import NAME, NotReadable, Row, place_of

MOST_ROWS = 120_000
MOST_COLUMNS = 100
LONGEST_COUNT = 9  # digits of the number of a row, a text or a style
MOST_NAMED = 10  # formulas whose places are named
# Formats that every workbook knows by their number; 27–36 and 50–58 are days in Japanese ones.
DAYS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
PERCENTAGES = {9, 10}
FIRST_DAY = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's days have no time zone
RELATIONS = "xl/_rels/workbook.xml.rels"
TOO_MANY = "行か列が多すぎます。ひな形の行と列だけにしてください。"
ERROR_IN_CELL = "（Excelの誤り）"

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LETTERS = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
# Of a format: words, colours and conditions, paddings, and the exponent of a scientific number.
_NOT_A_DAY = re.compile(r'"[^"]*"|\[[^\]]*\]|[\\_*].|general|e[+-]', re.IGNORECASE)


def read_sheet(archive: Archive, strings: list[str], styles: list[str]) -> list[Row]:
    """Return the rows of the sheet of values that hold something. Raises NotReadable."""
    cells = _Cells(strings, styles)
    archive.parse(_part(archive), cells.start, cells.end, cells.text)
    if cells.formulas:
        named = "、".join(cells.formulas[:MOST_NAMED])
        more = f"など{cells.formula_count}か所" if cells.formula_count > MOST_NAMED else ""
        raise NotReadable(
            f"数式があります（{named}{more}）。数式は読みません。"
            "コピーして「値の貼り付け」で値に変えてから、保存し直してください。"
        )
    return cells.rows


def read_strings(archive: Archive) -> list[str]:
    """Return the texts that cells share by number."""
    if "xl/sharedStrings.xml" not in archive.names:
        return []
    texts = _Texts()
    archive.parse("xl/sharedStrings.xml", texts.start, texts.end, texts.text)
    return texts.found


def read_styles(archive: Archive) -> list[str]:
    """Return of each style of cells what its numbers are: "day", "percent", or ""."""
    if "xl/styles.xml" not in archive.names:
        return []
    styles = _Styles()
    archive.parse("xl/styles.xml", styles.start, styles.end)
    return styles.kinds


def _part(archive: Archive) -> str:
    """Return the name of the part that is the sheet of values."""
    sheets: dict[str, str] = {}
    targets: dict[str, str] = {}

    def of_book(name: str, attributes: dict[str, str]) -> None:
        if _local(name) == "sheet":
            key = next((v for k, v in attributes.items() if _local(k) == "id"), "")
            sheets[attributes.get("name", "")] = key

    def of_relation(name: str, attributes: dict[str, str]) -> None:
        if _local(name) == "Relationship" and attributes.get("TargetMode") != "External":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    archive.parse("xl/workbook.xml", of_book)
    archive.parse(RELATIONS, of_relation)
    key = sheets.get(NAME) or next(iter(sheets.values()), "")
    target = targets.get(key, "")
    part = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    if part not in archive.names:
        raise NotReadable(OTHER)
    return part


def _counted(words: str) -> int | None:
    """Return a number by which a file counts; None for what is none, or longer than any."""
    return int(words) if words.isdecimal() and len(words) <= LONGEST_COUNT else None


def _local(name: str) -> str:
    return name.rpartition(":")[2]


class _Texts:
    """Shared texts: the runs of each, without the readings of kanji beside them."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.pieces: list[str] = []
        self.within = self.reading = False

    def start(self, name: str, _: dict[str, str]) -> None:
        name = _local(name)
        if name == "rPh":
            self.reading = True
        elif name == "t":
            self.within = not self.reading

    def end(self, name: str) -> None:
        name = _local(name)
        if name == "rPh":
            self.reading = False
        elif name == "t":
            self.within = False
        elif name == "si":
            self.found.append(_unescaped("".join(self.pieces)))
            self.pieces = []

    def text(self, words: str) -> None:
        if self.within:
            self.pieces.append(words)


class _Styles:
    def __init__(self) -> None:
        self.formats: dict[str, str] = {}
        self.kinds: list[str] = []
        self.within = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = _local(name)
        if name == "numFmt":
            self.formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            self.within = True
        elif name == "xf" and self.within:
            self.kinds.append(self._kind(attributes.get("numFmtId", "0")))

    def end(self, name: str) -> None:
        if _local(name) == "cellXfs":
            self.within = False

    def _kind(self, number: str) -> str:
        if number in self.formats:
            code = _NOT_A_DAY.sub("", self.formats[number]).lower()
            day = any(letter in code for letter in "ymdhsge")
            return "day" if day else "percent" if "%" in code else ""
        known = _counted(number)
        return "day" if known in DAYS else "percent" if known in PERCENTAGES else ""


class _Cells:
    """Rows of a sheet, read as its elements open and close."""

    TEXTS: ClassVar = {"v", "t"}

    def __init__(self, strings: list[str], styles: list[str]) -> None:
        self.strings, self.styles = strings, styles
        self.rows: list[Row] = []
        self.formulas: list[str] = []
        self.formula_count = 0
        self.row: list[str] = []
        self.number = self.column = 0
        self.kind = self.style = ""
        self.pieces: list[str] = []
        self.within = self.reading = False
        self.columns: dict[str, int] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name if ":" not in name else _local(name)
        if name == "c":
            self.kind, self.style = attributes.get("t", "n"), attributes.get("s", "")
            self._move(attributes.get("r"))
            self.pieces = []
        elif name in self.TEXTS:
            self.within = not self.reading
        elif name == "row":
            self._open(attributes.get("r"))
        elif name == "f":
            self.formula_count += 1
            if self.formula_count <= MOST_NAMED:
                self.formulas.append(place_of(self.number, self.column))
        elif name == "rPh":
            self.reading = True

    def end(self, name: str) -> None:
        name = name if ":" not in name else _local(name)
        if name == "c":
            if self.pieces:
                self._put(self._shown("".join(self.pieces)))
        elif name in self.TEXTS:
            self.within = False
        elif name == "row":
            if self.row:
                self.rows.append(Row(self.number, self.row))
        elif name == "rPh":
            self.reading = False

    def text(self, words: str) -> None:
        if self.within:
            self.pieces.append(words)

    def _open(self, number: str | None) -> None:
        """Begin a row: rows come in their order, each once."""
        following = self.number + 1 if number is None else _counted(number)
        if following is None or following <= self.number:
            raise NotReadable("行の順番が正しくないファイルです。Excelで保存し直してください。")
        self.number, self.column, self.row = following, 0, []

    def _move(self, reference: str | None) -> None:
        """Go to a cell: where it says it is, or next to the last one."""
        column = self.column + 1
        if reference is not None:
            match = _LETTERS.fullmatch(reference)
            if match is None or int(match[2]) != self.number:
                raise NotReadable(
                    "セルの位置が正しくないファイルです。Excelで保存し直してください。"
                )
            column = self._column(match[1])
        if column <= self.column:
            raise NotReadable("列の順番が正しくないファイルです。Excelで保存し直してください。")
        self.column = column

    def _column(self, letters: str) -> int:
        if letters not in self.columns:
            number = 0
            for letter in letters:
                number = number * 26 + ord(letter) - ord("A") + 1
            self.columns[letters] = number
        return self.columns[letters]

    def _put(self, text: str) -> None:
        if not text or text.isspace():
            return
        if self.column > MOST_COLUMNS or self.number > MOST_ROWS:
            raise NotReadable(TOO_MANY)
        self.row += [""] * (self.column - len(self.row) - 1)
        self.row.append(text)

    def _shown(self, raw: str) -> str:
        """Return what a cell shows of what it stores."""
        if self.kind == "s":
            index = _counted(raw.strip())
            if index is None or index >= len(self.strings):
                raise NotReadable(
                    "文字の一覧が壊れているファイルです。Excelで保存し直してください。"
                )
            return self.strings[index]
        if self.kind == "n":
            return self._number(raw.strip())
        if self.kind == "e":
            return f"{raw}{ERROR_IN_CELL}"
        if self.kind == "b":
            return "TRUE" if raw.strip() == "1" else "FALSE"
        return _unescaped(raw)

    def _number(self, raw: str) -> str:
        place = _counted(self.style)
        style = self.styles[place] if place is not None and place < len(self.styles) else ""
        if not style and raw.isdecimal() and len(raw) <= 15:
            return raw
        try:
            number = Decimal(f"{float(raw):.15g}")
        except (ValueError, InvalidOperation):
            return raw
        if not number.is_finite():
            return raw
        if style == "day":
            return _day(number)
        if style == "percent":
            return f"{(number * 100).normalize():f}%"
        return f"{number:f}" if number else "0"


def _day(number: Decimal) -> str:
    """Return a day as it is read by a person: no number, whatever the measure counts."""
    try:
        day = FIRST_DAY + dt.timedelta(days=float(number))
    except OverflowError:
        return f"{number:f}（日付）"
    return f"{day:%Y/%m/%d}（日付）"


def _unescaped(text: str) -> str:
    """Return a text with what XML cannot hold: 「_x000D_」 is a carriage return."""
    if "_x" in text:
        text = _ESCAPED.sub(_character, text)
    return text.replace("\r\n", "\n")


def _character(match: re.Match[str]) -> str:
    """Return an escaped character; one that no text may hold stays written as it is."""
    code = int(match[1], 16)
    return match[0] if code == 0 or 0xD800 <= code < 0xE000 else chr(code)
