"""What the database says, as the source document prints it: the same places, the same order.

The counterpart of `parsing`: nothing is read from the document here, everything from rows. The words
of forms (項目, （新設）, 支援件数：…) are written where the document's forms have them.
"""

from collections.abc import Iterator

from evaluation.comparison.alignment import UnitKind
from evaluation.comparison.table import NATIONAL
from evaluation.models import Amendment, OverviewSheet, Wording
from evaluation.models.texts import Node, Text
from programs.models import Agency, Program, SchemeFlow
from tests.source.parsing import Passage, paragraph

ENTRY_LABELS = {
    UnitKind.EVALUATION_AXIS: "評価軸",
    UnitKind.EVALUATION_INDICATOR: "評価指標",
    UnitKind.MONITORING_INDICATOR: "モニタリング指標",
}


def passages(draft: Amendment) -> Iterator[Passage]:
    """Yield every passage of the document for its amendment."""
    agency = draft.period.agency
    before = Text.of(Wording.objects.before(draft))
    after = Text.of(Wording.objects.as_amended_by(draft))
    yield Passage("表紙", draft.title)
    yield from memo(draft)
    yield from Printed(before, after, draft).table()
    yield from policy(draft, after)
    yield from appendix(draft, after)
    for program in agency.programs.all():
        yield from programme_sheet(agency, program)
    for sheet in draft.overview_sheets.all():
        yield from overview_sheet(sheet)


def memo(draft: Amendment) -> Iterator[Passage]:
    assert draft.paper_date is not None
    day = draft.paper_date
    for text in (
        draft.memo_title,
        f"令和{day.year - 2018}年{day.month}月{day.day}日",
        draft.office,
    ):
        yield Passage("変更理由", text)
    for group in draft.reason_groups.all():
        place = f"変更理由／{group.position}"
        yield Passage(place, f"{group.position}. {group.title}")
        if group.introduction:
            yield Passage(place, group.introduction)
        for reason in group.reasons.all():
            for text in (reason.title, reason.printed_pages, reason.text):
                yield Passage(place, text)


class Printed:
    """The comparison table by its simplest rule: introduced items and reworded paragraphs."""

    def __init__(self, before: Text, after: Text, draft: Amendment) -> None:
        self.before = before
        self.after = after
        self.heading = f"{draft.period.title} {NATIONAL.heading}"
        self.title = draft.period.title
        self.proposed, self.current = (f"新旧対照表／{column}" for column in NATIONAL.columns)

    def table(self) -> Iterator[Passage]:
        for text in (self.heading, NATIONAL.note, *NATIONAL.columns):
            yield Passage("新旧対照表", text)
        for column in (self.proposed, self.current):
            yield Passage(column, self.title)
        for chapter in self.after.children[None]:
            yield from self.chapter(chapter)
        for column in (self.proposed, self.current):
            yield Passage(f"{column}／指標", "指標")
        for node in self.after.order:
            if node.kind is UnitKind.ITEM and self.is_new(node):
                yield from self.new_indicators(node)

    def chapter(self, chapter: Node) -> Iterator[Passage]:
        yield Passage(f"{self.proposed}／{chapter.label}", f"{chapter.label}. {chapter.text}")
        yield Passage(f"{self.current}／{chapter.label}", f"{chapter.label}. {NATIONAL.same}")
        opposite = f"{self.current}／{chapter.label}"
        for _, node in self.after.walk(chapter.clause_id):
            number = self.after.number(node)
            place = f"{chapter.label}／{number.rstrip('.')}"
            spaced = number.replace(".", ". ")
            bodies = [child for child in self.below(node) if child.kind is UnitKind.BODY]
            if node.kind is not UnitKind.ITEM or not any(map(self.is_changed, bodies)):
                continue
            yield Passage(f"{self.proposed}／{place}", spaced + node.text)
            if self.is_new(node):
                yield Passage(opposite, NATIONAL.new)
            else:
                opposite = f"{self.current}／{place}"
                yield Passage(opposite, spaced + NATIONAL.same)
            for body in filter(self.is_changed, bodies):
                yield Passage(f"{self.proposed}／{place}", body.text)
                if not self.is_new(body):
                    yield Passage(opposite, self.before.nodes[body.clause_id].text)

    def new_indicators(self, item: Node) -> Iterator[Passage]:
        number = self.after.number(item)
        place = f"{self.proposed}／指標／{number.rstrip('.')}"
        yield Passage(f"{self.proposed}／指標", "項目")
        yield Passage(place, f"{number} {item.text}")
        for kind, label in ENTRY_LABELS.items():
            yield Passage(f"{place}／{label}", label)
            for child in self.below(item):
                if child.kind is kind:
                    yield Passage(f"{place}／{label}", child.text)
        for text in ("項目", NATIONAL.new):
            yield Passage(f"{self.current}／指標", text)

    def below(self, node: Node) -> list[Node]:
        return self.after.children.get(node.clause_id, [])

    def is_new(self, node: Node) -> bool:
        return node.clause_id not in self.before.nodes

    def is_changed(self, node: Node) -> bool:
        return self.is_new(node) or node.text != self.before.nodes[node.clause_id].text


def policy(draft: Amendment, after: Text) -> Iterator[Passage]:
    """The policy hierarchy: plan, law, and the objectives with the list of their items."""
    agency = draft.period.agency
    *policies, objectives = draft.period.policy_texts.all()
    lines = [line for text in policies for line in [text.heading, *text.body.splitlines()]]
    lines += [
        agency.law,
        f"（{agency.purpose_heading}）",
        f"{agency.purpose_article} {agency.purpose}",
        objectives.heading,
        *objectives.body.splitlines(),
    ]
    main_chapter = after.children[None][0]
    lines += [f"{item.label}. {item.text}" for item in after.children[main_chapter.clause_id]]
    yield from (Passage("政策体系", line) for line in lines)


def appendix(draft: Amendment, after: Text) -> Iterator[Passage]:
    period = draft.period
    yield Passage("別紙", period.appendix_title)
    yield Passage("別紙／見出し", "　".join(["項目", *ENTRY_LABELS.values()]))
    yield Passage("別紙／注", period.appendix_note)
    main_chapter = after.children[None][0]
    for _, node in after.walk(main_chapter.clause_id):
        if node.kind is UnitKind.ITEM:
            number = after.number(node)
            yield Passage(f"別紙／{number.rstrip('.')}", f"{number} {node.text}")
        elif node.kind in ENTRY_LABELS:
            assert node.parent_id is not None
            number = after.number(after.nodes[node.parent_id]).rstrip(".")
            yield Passage(f"別紙／{number}／{ENTRY_LABELS[node.kind]}", node.text)


def programme_sheet(agency: Agency, program: Program) -> Iterator[Passage]:
    place = f"事業／{program.name}"
    for text in filter(None, (program.name, program.subtitle, program.english_name)):
        yield Passage(place, text)
    if program.end_fiscal_year:
        yield Passage(f"{place}／事業実施期間", "事業実施期間")
        yield Passage(f"{place}／事業実施期間", program.period_text)
    for section in program.sections.all():
        yield from headed_lines(place, section.heading, section.body)
    if program.office:
        yield Passage(f"{place}／担当", f"（担当：{program.office}）")
    if program.slug == "epoch":  # the only sheet that prints its issuer
        yield Passage(f"{place}／発行者", agency.competent_minister)
    yield from budget(place, program)
    yield from support_by_amount(place, program)
    yield from support_by_case(place, program)
    yield from scheme(place, program)


def headed_lines(place: str, heading: str, body: str) -> Iterator[Passage]:
    place = f"{place}／{heading or '図'}"
    for line in filter(None, [heading, *body.splitlines()]):
        yield Passage(place, paragraph(line))


def budget(place: str, program: Program) -> Iterator[Passage]:
    """Amounts inside the programme stand in a box, those outside in a ※ note."""
    for row in program.appropriations.filter(outside_programme=False, yen__isnull=False):
        caption = f"令和{row.fiscal_year - 2018}年度{row.get_kind_display()}額"
        yield Passage(f"{place}／{caption}", caption)
        yield Passage(f"{place}／{caption}", hundred_millions(row.yen))


def hundred_millions(yen: int | None) -> str:
    assert yen is not None
    assert yen % 10**8 == 0
    return f"{yen // 10**8}億円"


def support_by_amount(place: str, program: Program) -> Iterator[Passage]:
    """Ways of support with an amount of their own (AI for Science)."""
    tracks = program.tracks.filter(yen__isnull=False)
    for track in tracks:
        yield Passage(f"{place}／事業内容", f"{track.name}：{track.description}")
    for row in program.appropriations.filter(outside_programme=True):
        yield Passage(f"{place}／事業内容", f"※{row.note}")
    for track in tracks:
        box = f"{place}／{track.name}"
        yield Passage(box, track.name)
        yield Passage(box, hundred_millions(track.yen))
        yield Passage(box, f"支援件数：{track.number_text}")
        for cost in track.costs.all():
            yield Passage(box, f"{cost.label}：{cost.text}")
        yield Passage(box, f"支援期間：{track.period_text}")


def support_by_case(place: str, program: Program) -> Iterator[Passage]:
    """Ways of support told apart by what a case costs (EPOCH)."""
    if not program.target:
        return
    box = f"{place}／対象・件数・事業費"
    yield Passage(box, f"対象：{program.target}")
    yield Passage(box, f"採択件数：{program.adoption_text}")
    yield Passage(box, f"事業期間：{program.period_text}")
    notes = {}
    for track in program.tracks.all():
        name = f"【{'①②'[track.position - 1]}{track.name}】"
        for cost in track.costs.all():
            yield Passage(box, f"{name}{cost.label}：{cost.text}{'※' if cost.note else ''}")
            notes[cost.note] = name = ""
    yield from (Passage(box, f"※{note}") for note in filter(None, notes))


def scheme(place: str, program: Program) -> Iterator[Passage]:
    """The printed scheme; the agency's box also names the subsidy that it receives."""
    flows = list(program.flows.all())
    if not flows:
        return
    lines = ["支援スキーム", flows[0].source]
    for flow, following in zip(flows, [*flows[1:], None], strict=True):
        assert following is None or following.source == flow.destination
        assert program.fund is not None
        subsidy = program.fund.subsidy if flow.label == SchemeFlow.Kind.SUBSIDY else ""
        lines += [flow.get_label_display(), flow.destination + subsidy]
    yield from (Passage(f"{place}／支援スキーム", line) for line in lines)


def overview_sheet(sheet: OverviewSheet) -> Iterator[Passage]:
    place = f"全体像{sheet.position}"
    if sheet.title:
        yield Passage(place, sheet.title)
    if sheet.period_text:
        yield Passage(place, f"（目標期間：{sheet.period_text}）")
    for section in sheet.sections.all():
        yield from headed_lines(place, section.heading, section.body)
