"""The source document cut into places and printed strings.

`memo_2026-01-28.txt` is the ministry's document as transcribed from its PDF, byte for byte. Nothing
is left out here but what `FURNITURE` names; each string goes through these mechanical rules only:

- tags, the `**` of bold type and the marks of lists (-, ・, ◆, ✓, ●, ○) are not text, nor are the
  marks that only show that a line is a heading (【 】, < >, 「 」 around the whole line);
- the space that the transcription leaves between Japanese and Latin letters or digits goes, as
  do those after a closing bracket （平成20年法律第63号） 第27条 and after a circled number;
- a line that is broken by the width of its box goes on in the next one (`paragraphs`), a paragraph
  that is broken by the page goes on in the next row of the table (`cells`).

Every other difference between print and database is a line of `fixtures/readings.csv`.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

SOURCE = Path(__file__).with_name("memo_2026-01-28.txt")


class Passage(NamedTuple):
    """One printed string and its place, e.g. ("別紙／2.2／評価軸", "ムーンショット目標達成…")."""

    place: str
    text: str


# Printed lines that are not part of what the document says, with the reason.
FURNITURE = {
    "15 1": "ページ番号（元の冊子のものと、この資料のもの）",
    "--\t---": "表の罫線（転記の記号）",
    "--\t--": "表の罫線（転記の記号）",
}

# The name of each part of the document, and its first line, in the order of print.
PARTS = (
    ("表紙", "国立研究開発法人科学技術振興機構の中長期目標の変更に"),
    ("変更理由", "国立研究開発法人科学技術振興機構（JST）中長期目標の変更について"),
    ("新旧対照表", "国立研究開発法人 科学技術振興機構 第5期中長期目標 新旧対照表（案）"),
    ("政策体系", "科学技術振興機構に係る政策体系上の位置付け"),
    ("別紙", "(別紙) 国立研究開発法人科学技術振興機構における評価軸"),
    (
        "事業／AI for Scienceによる科学研究革新プログラム",
        "AI for Scienceによる科学研究革新プログラム",
    ),
    ("事業／先端研究基盤刷新事業", "先端研究基盤刷新事業"),
    ("事業／産業・科学革新人材事業", "現状・課題"),
    ("全体像1", "背景・必要性"),
    ("全体像2", "背景・必要性"),
    ("全体像3", "国立研究開発法人科学技術振興機構（JST）の中長期目標変更の全体像"),
)

# The lines that open a place within a sheet, in the order of print.
HEADINGS = {
    "事業／AI for Scienceによる科学研究革新プログラム": (
        "課題・取組の方向性",
        "事業内容",
        "事業スキーム",
        "取組のイメージ",
        "AI×実験科学 = ライフサイエンスの再興",
        "AI×装置×産学知 = マテリアル開発の革新",
        "AI×多様な分野 = 新たな日本の勝ち筋の探究",
        "プロジェクト型",
        "チャレンジ型",
    ),
    "事業／先端研究基盤刷新事業": (
        "背景・課題",
        "事業内容",
        "対 象：研究大学等",
        "研究の創造性と協働を促進し、新たな時代(Epoch)を切り拓く先導的な研究環境を実現",
        "組織改革（中核となる研究大学等の要件）",
        "研究設備等のアクセス確保(若手研究者支援)",
    ),
    "事業／産業・科学革新人材事業": (
        "現状・課題",
        "基本方針・事業内容",
        "3つの基本方針",
        "産学の架け橋となる優れた研究者の育成・活躍促進",
        "産業・研究基盤を支える技術者の戦略的育成・確保",
        "併せて、大学院等において産学が協働した人材育成プログラムを開発・実施",
        "支援スキーム",
    ),
    "全体像1": (
        "背景・必要性",
        "追加業務の概要",
        "AI for Scienceによる科学研究革新プログラム",
        "中長期目標の主な変更内容",
        "指標（評価指標、モニタリング指標など）",
    ),
    "全体像2": (
        "背景・必要性",
        "追加業務の概要",
        "産業・科学革新人材事業",
        "支援スキーム",
        "中長期目標の主な変更内容",
        "指標（評価指標、モニタリング指標など）",
    ),
    "全体像3": (
        "背景・必要性",
        "追加業務の概要",
        "先端研究基盤刷新事業",
        "研究セキュリティ・研究インテグリティ",
        "中長期目標の主な変更内容",
        "指標（評価指標、モニタリング指標など）",
        "Ⅵ. その他業務運営に関する重要事項",
    ),
}
# Blocks without a heading of their own are opened by their first line and placed under this name.
BLOCKS = {
    "対 象：研究大学等": "対象・件数・事業費",
    "研究設備等のアクセス確保(若手研究者支援)": "図",
}
# Captions of small boxes: the next line is their value, then the text around them goes on.
CAPTIONS = ("令和7年度補正予算額", "事業実施期間")

ISSUER = "文部科学省"  # stands as a mark in the corner of a sheet
FULL_WIDTH_BRACKETS = str.maketrans("()", "（）")  # in names of places only, never in a text

JAPANESE = r"[\u3005-\u30ff\u3400-\u9fff]"
TAG = re.compile(r"</?(?:p|u|ul)\b[^>]*>")
SPACES_LEFT_BY_TRANSCRIPTION = re.compile(
    rf"(?<={JAPANESE}) +(?=[A-Za-z0-9])|(?<=[A-Za-z0-9]) +(?={JAPANESE})"
)
SPACE_AFTER_CLOSING = re.compile(r"(?<=[）)①-⑳]) +")
LIST_MARK = re.compile(r"^(?:- +)?(?:[◆✓●○] *|・(?!・) *)?")
HEADING_MARK = re.compile(r"^[【<「]([^】>」]*)[】>」]$")
NUMBER = r"(?:[Ⅰ-Ⅻ]|VI|\d+(?:\. ?\d+)*)"
NUMBERED = re.compile(rf"^({NUMBER})\. ?")
STARTS_PARAGRAPH = re.compile(rf"[-◆✓●○※【<①-⑳]|・(?!・)|{NUMBER}\. |[^。、]{{1,8}}：")
STARTS_IN_CELL = re.compile(rf"[（(]|{STARTS_PARAGRAPH.pattern}")
BOLD_ITEM = re.compile(r"- \*\*.*\*\*$")
INDICATOR_LABELS = ("評価軸", "評価指標", "モニタリング指標")


def passages() -> list[Passage]:
    """Return every passage of the document in the order of print."""
    readers: dict[str, Callable[[str, list[str]], Iterator[Passage]]] = {
        "変更理由": read_memo,
        "新旧対照表": read_table,
        "別紙": read_appendix,
    }
    found: list[Passage] = []
    for name, lines in parts():
        found += readers.get(name, read_sheet)(name, lines)
    return found


def parts() -> Iterator[tuple[str, list[str]]]:
    """Yield each part's name and lines; ValueError where a part's first line is not found."""
    lines = SOURCE.read_text(encoding="utf-8").splitlines()
    starts, position = [], 0
    for _, first in PARTS:
        position = lines.index(first, position)
        starts.append(position)
        position += 1
    if any(lines[: starts[0]]):
        raise ValueError("the document has lines before its first part")
    for (name, _), start, end in zip(PARTS, starts, [*starts[1:], len(lines)], strict=True):
        yield name, [line for line in lines[start:end] if line not in FURNITURE]


def clean(text: str) -> str:
    """Return a printed string without tags, bold marks and the spaces left by the transcription."""
    text = TAG.sub("", text).replace("**", "").strip()
    return SPACES_LEFT_BY_TRANSCRIPTION.sub("", text)


def paragraph(text: str) -> str:
    """Return a whole paragraph, also without the marks of lists and headings."""
    text = SPACE_AFTER_CLOSING.sub("", clean(text))
    return HEADING_MARK.sub(r"\1", LIST_MARK.sub("", text))


def paragraphs(lines: Iterable[str]) -> Iterator[str]:
    """Yield paragraphs, joining the lines that the width of a box has broken.

    A paragraph ends at an empty line, before a line that starts with a mark, a number or a short
    label, and after a numbered heading or an item in bold, which are headings of what follows.
    """
    current = ""
    for line in [*map(str.strip, lines), ""]:
        closed = NUMBERED.match(current) or BOLD_ITEM.match(current)
        if current and (not line or closed or STARTS_PARAGRAPH.match(line)):
            yield current
            current = ""
        current += line


def read_memo(name: str, lines: list[str]) -> Iterator[Passage]:
    """The cover memo: its groups 1 and 2, in them ○ title【pages】 and an explanation."""
    place = name
    for text in map(paragraph, paragraphs(lines)):
        if numbered := NUMBERED.match(text):
            place = f"{name}／{numbered[1]}"
        title, bracket, pages = text.removesuffix("】").partition("【")
        yield Passage(place, title)
        if bracket:
            yield Passage(place, pages)


def read_table(name: str, lines: list[str]) -> Iterator[Passage]:
    """The comparison table: what stands above it, then the left column, then the right one."""
    above = [line for line in lines if line and "\t" not in line]
    columns, *rows = [line.split("\t") for line in lines if "\t" in line]
    yield from (Passage(name, clean(line)) for line in above)
    for number, column in enumerate(columns):
        yield Passage(name, column)
        yield from read_column(f"{name}／{column}", list(cells(row[number] for row in rows)))


def cells(column: Iterable[str]) -> Iterator[str]:
    """Yield the paragraphs of a column, joining the one that a page break has cut."""
    current = ""
    for cell in column:
        if re.sub(r"<p>.*?</p>", "", cell).strip():
            raise ValueError(f"a cell has text outside of its paragraphs: {cell}")
        for position, printed in enumerate(re.findall(r"<p>(.*?)</p>", cell)):
            text = TAG.sub("", printed)
            cut = position == 0 and current and not current.endswith("。")
            if cut and not STARTS_IN_CELL.match(current) and not STARTS_IN_CELL.match(text):
                current += text
                continue
            if current:
                yield current
            current = text
    yield current


def read_column(name: str, column: list[str]) -> Iterator[Passage]:
    """One column of the comparison table; the place follows chapter, number and label."""
    place = chapter = item = name
    for printed in column:
        text = paragraph(printed)
        if printed == "【指標】" or printed == "○項目":
            place = chapter = f"{name}／指標"
        elif text in INDICATOR_LABELS:
            place = f"{item}／{text}"
        elif numbered := NUMBERED.match(text):
            number = numbered[1].replace(" ", "").replace("VI", "Ⅵ")
            if number in ("Ⅲ", "Ⅵ"):
                place = chapter = f"{name}／{number}"
            else:
                place = item = f"{chapter}／{number}"
        yield Passage(place, text)


def read_appendix(name: str, lines: list[str]) -> Iterator[Passage]:
    """The appendix: rows of item, sub-item, axes and indicators; items 3 and 6 have no sub-item."""
    width = 0
    for line in filter(None, lines):
        row = line.split("\t")
        if row[0] == "項目":
            width = len(row)
            yield Passage(f"{name}／見出し", "　".join(filter(None, row)))
        elif len(row) == 1:
            yield Passage(f"{name}／注" if line.startswith("※") else name, paragraph(line))
        elif len(row) == width:
            yield from read_appendix_row(name, row)
        else:
            raise ValueError(f"a row of the appendix has not {width} cells: {line}")


def read_appendix_row(name: str, row: list[str]) -> Iterator[Passage]:
    for printed in filter(None, row[:-3]):
        heading = clean(printed)
        place = f"{name}／{heading.partition(' ')[0].rstrip('.')}"
        yield Passage(place, heading)
    for label, cell in zip(INDICATOR_LABELS, row[-3:], strict=True):
        # The transcription has lost the tags of the list's items: a space is left between them.
        for entry in clean(cell).split():
            yield Passage(f"{place}／{label}", paragraph(entry))


def read_sheet(name: str, lines: list[str]) -> Iterator[Passage]:
    """A sheet: what stands before its first heading, then a place per heading."""
    headings = list(HEADINGS.get(name, ()))
    place, caption = name, ""
    for text in map(paragraph, paragraphs(lines)):
        if caption:
            yield Passage(f"{name}／{caption}", text)
            caption = ""
        elif text in CAPTIONS:
            caption = text
            yield Passage(f"{name}／{caption}", text)
        elif text.startswith(("（担当：", "(担当：")):
            yield Passage(f"{name}／担当", text)
        elif text == ISSUER:
            yield Passage(f"{name}／発行者", text)
        else:
            if headings and text == headings[0]:
                place = f"{name}／{BLOCKS.get(text, text.translate(FULL_WIDTH_BRACKETS))}"
                del headings[0]
            yield Passage(place, text)
    if headings:
        raise ValueError(f"{name} has no heading {headings[0]}")
