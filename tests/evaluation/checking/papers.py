"""Outside documents for tests: the ministry's paper as transcribed, and the portal's own as Word.

A paper is a list of blocks: a line, or a table as rows of cells of paragraphs. All strings that it
prints are `statements`, which `seeding` changes.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from xml.sax.saxutils import escape

from evaluation.comparison.rows import Run
from evaluation.documents.appendix import COLUMNS, amended_appendix
from evaluation.documents.comparison import comparison_table
from evaluation.models import Amendment
from tests.source import printing
from tests.source.parsing import SOURCE

Table = list[list[list[str]]]
Paper = list[str | Table]
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def statements(paper: Paper) -> list[str]:
    return list(_walk(paper))


def _walk(paper: Paper) -> Iterator[str]:
    for block in paper:
        if isinstance(block, str):
            yield block
        else:
            yield from (text for row in block for cell in row for text in cell)


def with_statements(paper: Paper, new: Callable[[int], list[str]]) -> Paper:
    """Return the paper with other strings: `new` gives those in the place of the n-th, none or many."""
    numbers = iter(range(len(statements(paper))))

    def cell_of(cell: list[str]) -> list[str]:
        return [text for _ in cell for text in new(next(numbers))]

    made: Paper = []
    for block in paper:
        if isinstance(block, str):
            made += new(next(numbers))
        else:
            made.append([[cell_of(cell) for cell in row] for row in block])
    return made


# --- The ministry's paper -------------------------------------------------------------------------
def ministry_paper() -> Paper:
    """The source document, its tables by cells and paragraphs."""
    paper: Paper = []
    table: Table = []
    for line in SOURCE.read_text(encoding="utf-8").splitlines():
        if "\t" in line and not line.startswith("--"):
            table.append([_paragraphs(cell) for cell in line.split("\t")])
        elif line.strip() and not line.startswith("--"):
            if table:
                paper.append(table)
                table = []
            paper.append(line)
    return paper


def _paragraphs(cell: str) -> list[str]:
    if cell.startswith("<ul"):
        text = re.sub(r"<ul[^>]*>", "", cell).strip()
        text = re.sub(r"(?<=[ぁ-ヿ一-鿿。）>]) +(?=[ぁ-ヿ一-鿿・<])", "\n", text)
        return text.splitlines()
    return re.findall(r"<p>(.*?)</p>", cell) or ([cell] if cell else [])


def as_text(paper: Paper) -> str:
    """Lines, and rows with tabs: `<p>` for each paragraph of a cell."""
    lines = []
    for block in paper:
        if isinstance(block, str):
            lines.append(block)
            continue
        for row in block:
            cells = ["".join(f"<p>{text}</p>" for text in cell) for cell in row]
            lines.append("\t".join(cells))
        lines.append("")
    return "\n".join(lines)


# --- The portal's papers --------------------------------------------------------------------------
def portal_paper(draft: Amendment) -> Paper:
    """Memo, comparison table, policy hierarchy, appendix and sheets as the portal has them."""
    agency = draft.period.agency
    memo = [passage.text for passage in printing.memo(draft)]
    paper: Paper = [draft.title, *memo[:3]]
    for group in draft.reason_groups.all():
        paper.append(f"{group.position}. {group.title}")
        paper += [group.introduction] if group.introduction else []
        for reason in group.reasons.all():
            paper += [f"○{reason.title}【{reason.printed_pages}】", reason.text]
    table = comparison_table(draft)
    rows: Table = [[[name] for name in table.columns]]
    rows += [[_cell(row.proposed), _cell(row.current)] for row in table.rows]
    paper += [f"{draft.period.title} 新旧対照表（案）", table.note, rows]
    after = printing.Text.of(printing.Wording.objects.as_amended_by(draft))
    paper += [passage.text for passage in printing.policy(draft, after)]
    paper += [*_appendix(draft)]
    for program in agency.programs.all():
        paper += [passage.text for passage in printing.programme_sheet(agency, program)]
    for sheet in draft.overview_sheets.all():
        paper += [passage.text for passage in printing.overview_sheet(sheet)]
    return [block for block in paper if block]


def _cell(runs: tuple[Run, ...]) -> list[str]:
    text = "".join(f"<u>{run.text}</u>" if run.marked else run.text for run in runs)
    return [text] if text else []


def _appendix(draft: Amendment) -> Iterator[str | Table]:
    content = amended_appendix(draft)
    yield content.title
    rows: Table = [[[t] for t in ("項目", "項目", "評価軸", "評価指標", "モニタリング指標")]]
    for row in content.rows:
        lists = [
            [text for entry in getattr(row, name) for text in _cell(entry.runs)]
            for name in COLUMNS.values()
        ]
        rows.append([_cell(row.item) if row.first_of_item else [], _cell(row.sub_item), *lists])
    yield rows
    yield content.note


# --- Word -----------------------------------------------------------------------------------------
def as_docx(paper: Paper) -> bytes:
    body = "".join(
        _p(block) if isinstance(block, str) else f"<w:tbl>{''.join(map(_tr, block))}</w:tbl>"
        for block in paper
    )
    return docx_of(f'<w:document xmlns:w="{W}"><w:body>{body}<w:sectPr/></w:body></w:document>')


def docx_of(document: str, **others: str) -> bytes:
    """A file with the parts that a reader looks at, and no more."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", document)
        for name, content in others.items():
            archive.writestr(name, content)
    return target.getvalue()


def _tr(row: list[list[str]]) -> str:
    cells = "".join(f"<w:tc>{''.join(map(_p, cell)) or '<w:p/>'}</w:tc>" for cell in row)
    return f"<w:tr>{cells}</w:tr>"


def _p(text: str) -> str:
    runs = re.split(r"(<u>.*?</u>)", text)
    return f"<w:p>{''.join(_run(run) for run in runs if run)}</w:p>"


def _run(text: str) -> str:
    marked = text.startswith("<u>")
    words = text[3:-4] if marked else text
    properties = '<w:rPr><w:u w:val="single"/></w:rPr>' if marked else ""
    return f'<w:r>{properties}<w:t xml:space="preserve">{escape(words)}</w:t></w:r>'
