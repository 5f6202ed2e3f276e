"""What an amendment says, document by document, as `evaluation.checking` compares it with an outside one.

The parts and their order are those of the paper that goes to the council: cover, memo, comparison
table, policy hierarchy, appendix, programme and overview sheets; and the whole text, new and old.
"""

from collections.abc import Iterable, Iterator

from evaluation.checking.quoting import quotations
from evaluation.checking.sayings import Part, Saying
from evaluation.checking.tree import Tree
from evaluation.comparison.rows import NATIONAL, Level, Role, Row, Run
from evaluation.comparison.table import compare
from evaluation.documents.appendix import COLUMNS, Appendix, AppendixRow, Entry, appendix
from evaluation.documents.comparison import settings_of
from evaluation.documents.hand import Hand
from evaluation.documents.sheets import hierarchy_of
from evaluation.eras import written, year_name
from evaluation.models import (
    Amendment,
    Clause,
    ObjectivePeriod,
    OverviewSection,
    OverviewSheet,
    PolicyText,
)
from evaluation.models.texts import NUMBERED, Node, Text, texts_around
from programs.models import Appropriation, Program, SupportTrack

HEADER = ("項目", "評価軸", "評価指標", "モニタリング指標")
NOTES = {NATIONAL.same, NATIONAL.omitted, NATIONAL.new, NATIONAL.deleted}


def parts_of(amendment: Amendment) -> tuple[Part, ...]:
    """Return all that an amendment says (a fixed number of queries)."""
    before, after = texts_around(amendment)
    hand = Hand.of(amendment, before, after)
    period = amendment.period
    return (
        Part("変更理由", tuple(_memo(amendment))),
        *_table(amendment, before, after, hand),
        Part("別紙", tuple(_appendix(appendix(period, after, before, hand.marks))), marked=True),
        Part("政策体系", tuple(_policy(period, after))),
        *(Part(f"事業／{one.name}", tuple(_programme(one))) for one in _programmes(amendment)),
        *_overview(amendment, after),
        Part("本文（変更案）", tuple(_text(after)), whole=False),
    )


# --- Memo -----------------------------------------------------------------------------------------
def _memo(amendment: Amendment) -> Iterator[Saying]:
    day = amendment.paper_date
    written_day = written(day) if day else ""
    facts = (amendment.title, amendment.memo_title, written_day, amendment.office)
    for text in filter(None, facts):
        yield Saying("表紙・表題", text)
    for group in amendment.reason_groups.prefetch_related("reasons"):
        place = f"変更理由{group.position}"
        yield Saying(place, f"{group.position}. {group.title}", place)
        if group.introduction:
            yield Saying(place, group.introduction, place)
        for reason in group.reasons.all():
            pages = f"【{reason.printed_pages}】" if reason.printed_pages else ""
            yield Saying(f"{place}「{reason.title}」", reason.title + pages, place)
            yield Saying(f"{place}「{reason.title}」の説明", reason.text, place)


# --- Comparison table -----------------------------------------------------------------------------
def _table(amendment: Amendment, before: Text, after: Text, hand: Hand) -> Iterator[Part]:
    """The two columns of the table, in the form in which it is issued."""
    title = amendment.period.title
    settings = settings_of(amendment)
    table = compare(before.document(title), after.document(title), settings, hand.marks)
    head = (f"{title} {settings.heading}", settings.note)
    yield Part("新旧対照表の表題", tuple(Saying("新旧対照表", text, repeats=True) for text in head))
    for side in ("proposed", "current"):
        name = "変更案" if side == "proposed" else "現行"
        sayings = tuple(_column(table.rows, side, name, Places(before, after)))
        yield Part(f"新旧対照表／{name}", sayings, side, marked=True)


class Places:
    """Where the clauses of two texts stand, by public id."""

    def __init__(self, before: Text, after: Text) -> None:
        self._nodes: dict[str | None, tuple[Text, Node]] = {
            node.public_id: (text, node) for text in (before, after) for node in text.nodes.values()
        }

    def of(self, public_id: str | None) -> str:
        if public_id not in self._nodes:
            return ""
        text, node = self._nodes[public_id]
        return text.place(node)


def _column(rows: Iterable[Row], side: str, name: str, places: Places) -> Iterator[Saying]:
    group = ""
    for row in rows:
        runs = row.proposed if side == "proposed" else row.current
        if row.level is Level.ITEM or row.level is Level.ENTRY or row.level is Level.LABEL:
            group = f"{name}{row.clause_id or group}{_text_of(runs)}"
        if runs:
            place = places.of(row.clause_id) or _text_of(runs)
            says = any(run.role is Role.TEXT for run in runs) and row.level not in {
                Level.LABEL,
                Level.SECTION,
            }
            yield _saying(f"新旧対照表（{name}）{place}", runs, group, required=says)


def _saying(place: str, runs: Iterable[Run], group: str, *, required: bool = True) -> Saying:
    text, marks = "", []
    for run in runs:
        if run.marked:
            marks.append((len(text), len(text) + len(run.text)))
        text += run.text
    return Saying(place, text, group, tuple(marks), required)


def _text_of(runs: Iterable[Run]) -> str:
    return "".join(run.text for run in runs)


# --- Appendix -------------------------------------------------------------------------------------
def _appendix(content: Appendix) -> Iterator[Saying]:
    for text in (content.title, content.note):
        yield Saying("別紙の表題・注", text, repeats=True)
    for text in HEADER:
        yield Saying("別紙の見出し", text, required=False, repeats=True)
    for row in content.rows:
        yield from _appendix_row(row)


def _appendix_row(row: AppendixRow) -> Iterator[Saying]:
    item, heading = _text_of(row.item), row.sub_item or row.item
    if row.sub_item and row.first_of_item:
        yield _saying(f"別紙 {item}", row.item, f"別紙{row.item_id}")
    name = _text_of(heading)
    group = f"別紙{row.sub_item_id or row.item_id}"
    yield _saying(f"別紙 {name}", heading, group)
    lists: Iterable[tuple[Entry, ...]] = (getattr(row, column) for column in COLUMNS.values())
    for kind, entries in zip(HEADER[1:], lists, strict=True):
        for entry in entries:
            yield _saying(f"別紙 {name}の{kind}", entry.runs, group)


# --- Sheets ---------------------------------------------------------------------------------------
def _policy(period: ObjectivePeriod, after: Text) -> Iterator[Saying]:
    """The policy hierarchy: plan, law, and the objectives with the list of their items."""
    texts, agency = hierarchy_of(period), period.agency
    lines = [
        *(line for text in (texts.caption, *texts.steps) for line in _policy_lines(text)),
        agency.law,
        f"（{agency.purpose_heading}）",
        f"{agency.purpose_article} {agency.purpose}",
        *_policy_lines(texts.objectives),
    ]
    for chapter in after.children.get(None, [])[:1]:
        lines += [f"{item.label}. {item.text}" for item in _items(after, chapter)]
    yield from (Saying("政策体系", line) for line in lines)


def _policy_lines(text: PolicyText | None) -> list[str]:
    return [text.heading, *text.body.splitlines()] if text else []


def _items(text: Text, node: Node) -> list[Node]:
    below = text.children.get(node.clause_id, [])
    return [child for child in below if child.kind == Clause.Kind.ITEM]


def _programmes(amendment: Amendment) -> Iterable[Program]:
    return amendment.period.agency.programs.prefetch_related(
        "sections", "appropriations", "tracks__costs", "flows"
    ).select_related("fund")


def _programme(program: Program) -> Iterator[Saying]:
    sheet = f"事業「{program.name}」"
    own = (program.name, program.subtitle, program.english_name)
    yield from (Saying(f"{sheet}の名称", text) for text in own if text)
    for budget in program.appropriations.all():
        yield from _budget(sheet, budget)
    if program.period_text and program.end_fiscal_year:
        yield Saying(f"{sheet}の事業実施期間", "事業実施期間", required=False)
        yield Saying(f"{sheet}の事業実施期間", program.period_text)
    for section in program.sections.all():
        place = f"{sheet}の「{section.heading or '図'}」"
        for line in filter(None, [section.heading, *section.body.splitlines()]):
            yield Saying(place, line, f"{sheet}{section.position}")
    yield from _support(sheet, program)
    if program.office:
        yield Saying(f"{sheet}の担当", f"（担当：{program.office}）")
    flows = list(program.flows.all())
    if flows:
        yield Saying(f"{sheet}の支援スキーム", "支援スキーム", required=False)
    for flow in flows:
        for text in (flow.source, flow.get_label_display()):
            yield Saying(f"{sheet}の支援スキーム", text, required=False)
        yield Saying(f"{sheet}の支援スキーム", flow.destination)
        if program.fund and flow.label == flow.Kind.SUBSIDY:
            yield Saying(f"{sheet}の支援スキーム", program.fund.subsidy)


def _budget(sheet: str, budget: Appropriation) -> Iterator[Saying]:
    """An amount of the programme stands in a box, one outside of it in a ※ note."""
    if budget.outside_programme:
        yield Saying(f"{sheet}の予算額", f"※{budget.note}")
    elif budget.yen is not None:
        year = f"{year_name(budget.fiscal_year)}{budget.get_kind_display()}額"
        yield Saying(f"{sheet}の予算額", year, sheet)
        yield Saying(f"{sheet}の{year}", amount(budget.yen), sheet)


def _support(sheet: str, program: Program) -> Iterator[Saying]:
    if program.target:
        yield Saying(f"{sheet}の対象", f"対象：{program.target}")
        yield Saying(f"{sheet}の採択件数", f"採択件数：{program.adoption_text}")
        yield Saying(f"{sheet}の事業期間", f"事業期間：{program.period_text}")
    noted: set[str] = set()
    for track in program.tracks.all():
        yield from _track(f"{sheet}の{track.name}", track)
        noted |= {cost.note for cost in track.costs.all() if cost.note}
    yield from (Saying(f"{sheet}の事業費の注", f"※{note}") for note in sorted(noted))


def _track(place: str, track: SupportTrack) -> Iterator[Saying]:
    """One way of support: with an amount of its own, or only by what a case costs."""
    costs = list(track.costs.all())
    if track.yen is None:
        name = f"【{'①②③④⑤⑥⑦⑧⑨'[track.position - 1 : track.position]}{track.name}】"
        for cost in costs:
            yield Saying(place, f"{name}{cost.label}：{cost.text}{'※' if cost.note else ''}")
            name = ""
        return
    if track.description:
        yield Saying(place, f"{track.name}：{track.description}")
    yield Saying(place, track.name, place)
    yield Saying(f"{place}の金額", amount(track.yen), place)
    told = [("支援件数", track.number_text), *((cost.label, cost.text) for cost in costs)]
    for label, text in (*told, ("支援期間", track.period_text)):
        if text:
            yield Saying(f"{place}の{label}", f"{label}：{text}", place)


def amount(yen: int) -> str:
    """Return whole yen as a sheet prints them, "370億円" or "500万円"."""
    for size, unit in ((10**8, "億円"), (10**4, "万円")):
        if yen % size == 0:
            return f"{yen // size:,}{unit}"
    return f"{yen:,}円"


def _overview(amendment: Amendment, after: Text) -> Iterator[Part]:
    tree = Tree(after.document(""))
    sheets = amendment.overview_sheets.prefetch_related("sections")
    for sheet in sheets:
        yield Part(f"全体像{sheet.position}", tuple(_sheet(sheet, tree)))


def _sheet(sheet: OverviewSheet, tree: Tree) -> Iterator[Saying]:
    """The lines of a sheet; where one quotes a clause, what the amendment says in its place."""
    name = f"全体像{sheet.position}"
    if sheet.title:
        yield Saying(name, sheet.title)
    if sheet.period_text:
        yield Saying(f"{name}の目標期間", f"（目標期間：{sheet.period_text}）")
    for quotation, group in zip(quotations(lines_of(sheet), tree), groups_of(sheet), strict=True):
        place = tree.place(quotation.unit) if quotation.unit else group
        yield Saying(f"{name}　{place}", quotation.expected, f"{name}{group}")


def lines_of(sheet: OverviewSheet) -> list[str]:
    return [line for section in sheet.sections.all() for line in _lines(section)]


def groups_of(sheet: OverviewSheet) -> list[str]:
    return [section.heading for section in sheet.sections.all() for _ in _lines(section)]


def _lines(section: OverviewSection) -> list[str]:
    return [line for line in [section.heading, *section.body.splitlines()] if line]


# --- Whole text -----------------------------------------------------------------------------------
def _text(text: Text) -> Iterator[Saying]:
    for node in text.order:
        if node.kind in NUMBERED or node.kind == Clause.Kind.BODY:
            number = text.number(node).replace(".", ". ") if node.kind in NUMBERED else ""
            yield Saying(f"本文 {text.place(node)}", number + node.text, str(node.parent_id))
