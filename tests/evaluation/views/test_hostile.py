"""130 hostile strings in every text field are inert on every page, in the PDF and in the exports."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from typing import Any
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from evaluation import amending, ranks
from evaluation import models as m
from evaluation.comparison.correcting import fingerprint
from evaluation.documents.issuing import issue, take_snapshot
from evaluation.models.table_forms import form_of
from jst_objectives import history
from programs import models as p
from tests.evaluation.views.hostile_results import fill_results
from tests.factories import make_baseline, make_draft, make_period, make_user
from tests.hostile import REFUSED, STORED

pytestmark = pytest.mark.django_db

# Not typed by anybody, or held to letters, digits and hyphens; and a sign-in's secrets.
OTHERS = {
    "slug",
    "code",
    "public_id",
    "sha256",
    "fingerprint",
    "old_spans",
    "new_spans",
    "content",
    "engine_version",
    "suffix",
    "rank",
    "password",
    "path",
    "task",
    "digest",
    "location",
    "url",
}
FORMULA = tuple("=+@＝＋＠")
FILLED: set[tuple[str, str]] = set()


def text_fields(model: type[models.Model]) -> Iterator[Any]:
    for field in model._meta.concrete_fields:
        is_text = isinstance(field, models.CharField | models.TextField)
        if is_text and not field.choices and field.name not in OTHERS:
            yield field


def hostile(model: type[models.Model], string: str, **given: Any) -> Any:
    """Return an instance whose every text is the string, cut where the field is shorter."""
    values = {f.name: string[: f.max_length] for f in text_fields(model)} | given
    FILLED.update((model.__name__, n) for n, v in values.items() if str(v).startswith(string[:20]))
    return model(**values)


OUR_SCRIPT = re.compile(
    r"/static/evaluation/(grid|marks|numbers|presence|rendering|workspace)(\.\w+)?\.js"
)


class Structure(HTMLParser):
    """The tags and attributes of a page, and where its links and forms lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[tuple[str, tuple[str, ...]]] = set()
        self.targets: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        linked = given.keys() in ({"src", "type"}, {"src", "defer"})
        ours = linked and OUR_SCRIPT.fullmatch(given["src"] or "")
        if tag == "script" and ours:
            return
        self.tags.add((tag, tuple(sorted(name for name, _ in attrs))))
        for name, value in attrs:
            if name in {"href", "src", "action", "formaction", "data"}:
                self.targets.add((value or "")[:1])


@pytest.fixture
def period() -> m.ObjectivePeriod:
    return make_period()


def make_all(
    model: type[models.Model], strings: Sequence[str] = STORED, /, **given: Any
) -> list[Any]:
    """Store one instance per string; what is given as a function takes its number."""
    rows = [
        hostile(model, s, **{k: v(n) if callable(v) else v for k, v in given.items()})
        for n, s in enumerate(strings)
    ]
    if not hasattr(model, "history"):
        return model._default_manager.bulk_create(rows)
    return list(history.create_all(model, rows, by=None, reason="試験"))


def fill(period: m.ObjectivePeriod) -> m.Amendment:
    """Store every string in every text field that comes in numbers; return a draft."""
    agency = period.agency
    _, (chapter, item, *_) = make_baseline(period)
    draft = make_draft(period)
    funds = make_all(p.Fund, agency=agency)
    programs = make_all(
        p.Program,
        agency=agency,
        slug=lambda n: f"p{n}",
        fund=lambda n: funds[n],
        name=numbered(100),
    )
    of_program = {"program": lambda n: programs[n], "position": 1}
    make_all(p.ProgramSection, **of_program)
    make_all(
        p.Appropriation, program=of_program["program"], fiscal_year=2025, kind="initial", yen=1
    )
    tracks = make_all(p.SupportTrack, **of_program)
    make_all(p.TrackCost, track=lambda n: tracks[n], position=1)
    make_all(p.SchemeFlow, **of_program, source="国", label="subsidy")
    make_all(
        p.SchemeFlow, program=of_program["program"], position=2, destination="国", label="subsidy"
    )
    make_all(m.PolicyText, period=period, position=lambda n: n)
    groups = make_all(m.ReasonGroup, amendment=draft, position=lambda n: n)
    make_all(m.AmendmentReason, group=lambda n: groups[n], position=1, kind="law")
    sheets = make_all(m.OverviewSheet, amendment=draft, position=lambda n: n)
    make_all(m.OverviewSection, sheet=lambda n: sheets[n], position=1)
    for number, kind in enumerate(("item", "body", "evaluation_axis", "monitoring_indicator")):
        clauses = [m.Clause(period=period, kind=kind, introduced_by=draft) for _ in STORED]
        history.create_all(m.Clause, clauses, by=None, reason="試験")
        places = ranks.spread(len(STORED))
        make_all(
            m.Wording,
            clause=lambda n, clauses=clauses: clauses[n],
            amendment=draft,
            parent=chapter if kind == "item" else item,
            rank=lambda n, places=places, number=number: f"{number + 1}{places[n]}",
            label=lambda n, kind=kind: str(100 + n) if kind == "item" else "",
        )
    link = m.ItemProgram(clause=item, program=programs[0], amendment=draft)
    history.save(link, by=None, reason="試験")
    save_form(draft, STORED[0])
    proceed(draft, period)
    judged = {"fingerprint": lambda n: f"{n:064}", "waived_at": timezone.now()}
    make_all(m.Waiver, amendment=draft, **judged)
    said = {"amendment": draft, "author": make_user(), "written_at": timezone.now()}
    on = {"clause": item, "place": numbered(300), "about": numbered(300)}
    threads = make_all(m.Comment, **on, **said)
    answers = {"answers_to": lambda n: threads[n], "place": "", "about": ""}
    make_all(m.Comment, **answers, **said)
    users = make_all(p.User, username=numbered(150), is_active=True, first_name=numbered(150))
    make_all(p.Role, user=lambda n: users[n], agency=agency, role="editor")
    p.AccessRecord.objects.bulk_create(
        hostile(p.AccessRecord, s, at=timezone.now(), kind="export", agency=agency, path="/")
        for s in STORED
    )
    begin_renderings(draft)
    return draft


@pytest.fixture(scope="module")
def filled(module_rows: None) -> m.Amendment:
    """A draft amid every string, for tests that only read."""
    return fill(make_period())


def proceed(draft: m.Amendment, period: m.ObjectivePeriod) -> None:
    """Record a step and a file for every string; restrict a draft released since."""
    kinds = make_all(m.StepKind, agency=period.agency, position=lambda n: n, name=numbered(100))
    last = m.StepKind(agency=period.agency, position=999, name="最後")
    history.save(last, by=None, reason="試験")
    make_all(m.StepOrder, earlier=lambda n: kinds[n], later=last)
    steps = make_all(m.ProcedureStep, amendment=draft, kind=lambda n: kinds[n])
    now = timezone.now()
    file = {"suffix": "pdf", "size": 1, "content": b"%", "added_at": now, "sha256": "0" * 64}
    make_all(m.Attachment, step=lambda n: steps[n], **file)
    drafts = [make_draft(period) for _ in STORED]
    make_all(m.Restriction, amendment=lambda n: drafts[n], since=now, released_at=now)


def begin_renderings(draft: m.Amendment) -> None:
    """Begin one rendering per string: the first is at work, the others failed."""
    given = {
        "snapshot": take_snapshot(draft, by=None),
        "requested_by": p.User.objects.filter(roles__agency=draft.period.agency)[0],
        "requested_at": timezone.now(),
        "heard_at": timezone.now(),
        "kind": "dossier",
        "total": 1,
    }
    states = ["running", *["failed"] * (len(STORED) - 1)]
    m.Rendering.objects.bulk_create(
        hostile(m.Rendering, string, state=state, **given)
        for string, state in zip(STORED, states, strict=True)
    )


def save_form(draft: m.Amendment, string: str) -> None:
    """Head the columns of the draft's table with a string, and another that begins like it."""
    form = form_of(draft)
    form.proposed_title = form.remarks = string[:30]
    form.current_title = f"{string[:28]}の前"
    history.save(form, by=None, reason="試験")
    FILLED.update(("TableForm", name) for name in ("proposed_title", "current_title", "remarks"))


def save_marking(draft: m.Amendment, item: m.Clause, string: str) -> None:
    """Reword an item to a string, and draw its marks for a reason that is the string."""
    draft.wordings.filter(clause=item).update(text=string)
    marking = m.Marking.objects.filter(amendment=draft).first() or m.Marking(
        amendment=draft, clause=item
    )
    marking.fingerprint = fingerprint("項目1の推進", string)
    marking.new_spans, marking.why = "0-1", string[:500]
    marking.drawn_at = timezone.now()
    history.save(marking, by=None, reason="試験")
    FILLED.add(("Marking", "why"))


def numbered(length: int) -> Any:
    """Make a text unique though it is cut."""
    return lambda n: f"{STORED[n][: length - 4]}{n}"


def pages(draft: m.Amendment) -> list[tuple[str, str]]:
    """Return reader and address of every page that shows stored texts."""
    place = [draft.period.agency.code, draft.period.number]
    of_draft = [*place, draft.slug]
    program = draft.period.agency.programs.first()
    items = draft.introduced.filter(kind="item") or draft.period.clauses.filter(wordings__label="1")
    item = items[0]
    query = f"?amendment={draft.slug}"
    found = [
        ("editor", reverse("home")),
        ("editor", reverse("account")),
        ("editor", reverse("programmes")),
        ("editor", reverse("objectives", args=place) + query),
        ("editor", reverse("item", args=[*place, item.public_id]) + query),
        ("editor", reverse("appendix", args=place) + query),
        ("editor", reverse("policy", args=place)),
        ("editor", reverse("search") + "?q=1"),
        ("editor", reverse("clause", args=[*of_draft, item.public_id])),
        ("editor", reverse("comment_on", args=[*of_draft, item.public_id])),
        ("editor", reverse("amendment_step", args=[*of_draft, "hand-over"])),
        ("editor", reverse("amendment_step", args=[*of_draft, "submit"])),
        ("auditor", reverse("history")),
        ("maintainer", reverse("admin:index")),
    ]
    if program is not None:
        found.append(("editor", reverse("programme", args=[place[0], program.slug])))
    compared = f"?old=before:{draft.slug}&new=with:{draft.slug}"
    found.append(("editor", reverse("versions", args=place) + compared))
    found += [
        ("editor", reverse("comparison", args=of_draft) + f"?view={view}&extent=full")
        for view in ("inline", "consolidated")
    ]
    names = (
        "amendment comparison overview draft order new_item new_clause reasons amendment_facts "
        "table_form appendix_comparison procedure record_step numbers references paste checks "
        "reconciliation memo conflicts comments other_agencies"
    ).split()
    for step in draft.steps.all()[:3]:
        found += [
            ("editor", reverse(name, args=[*of_draft, step.pk]))
            for name in ("procedure_step", "correct_step", "remove_step")
        ]
    for restriction in m.Restriction.objects.filter(amendment__period=draft.period)[::40]:
        place_of = [*place, restriction.amendment.slug]
        found.append(("editor", reverse("restriction", args=place_of)))
    for rendering in m.Rendering.objects.filter(snapshot__amendment=draft).order_by("pk")[:2]:
        found.append(("editor", reverse("rendering", args=[*of_draft, rendering.pk])))
    return found + [("editor", reverse(name, args=of_draft)) for name in names]


def readers(period: m.ObjectivePeriod) -> dict[str, Client]:
    clients = {}
    for role in ("editor", "auditor", "maintainer"):
        clients[role] = Client()
        clients[role].force_login(make_user(period.agency, role))
    return clients


ALLOWED_TARGETS = {"/", "#", "?", "h"}  # "h": the address of the search that a filter keeps


def check(html: str, address: str) -> None:
    structure = Structure(html)
    for tag, attributes in structure.tags:
        assert tag not in {
            "script",
            "style",
            "iframe",
            "object",
            "embed",
            "base",
            "u",
            "template",
        }, (
            address,
            tag,
        )
        assert not [name for name in attributes if name.startswith("on") or name == "style"], (
            address
        )
    assert structure.targets <= ALLOWED_TARGETS | {""}, (address, structure.targets)


def test_every_text_that_comes_in_numbers_is_inert_on_every_page(filled):
    clients = readers(filled.period)
    for role, address in pages(filled):
        response = clients[role].get(address)
        assert (address, response.status_code) == (address, 200)
        check(response.content.decode(), address)
    html = clients["editor"].get(reverse("programmes")).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "&#x27; OR &#x27;1&#x27;=&#x27;1" in html


@pytest.mark.parametrize("part", range(5))
def test_every_text_that_stands_alone_is_inert_on_every_page(period, part):
    _, (_, item, *_) = make_baseline(period)
    draft = make_draft(period)
    amending.reword(draft, item, "項目の転換", by=None)
    clients = readers(period)
    undecided = {"title", "memo_title", "office"}
    for number, string in enumerate(STORED[part::5]):
        for row in (period.agency, draft, draft.period):
            for field in text_fields(type(row)):
                printed = field.name in {"title", "appendix_title", "appendix_note"}
                if row is draft.period and printed:
                    continue  # what decided documents print of the period does not change
                if row is not draft or field.name in undecided:
                    setattr(row, field.name, string[: field.max_length])
                    FILLED.add((type(row).__name__, field.name))
            history.save(row, by=None, reason=string)
        save_form(draft, string)
        save_marking(draft, item, string)
        every = pages(draft)
        place = [period.agency.code, period.number, draft.slug]
        marks = reverse("marks", args=[*place, item.public_id])
        shown = {every[number % len(every)], every[-8], every[-4], ("editor", marks)}
        for role, address in sorted(shown):
            response = clients[role].get(address)
            assert (address, response.status_code) == (address, 200)
            check(response.content.decode(), address)


@pytest.mark.parametrize("kind", ["comparison", "dossier"])
def test_the_pdf_holds_the_strings_and_nothing_that_acts(filled, kind):
    content = bytes(issue(take_snapshot(filled, by=None), kind, by=None).content)
    reader = PdfReader(io.BytesIO(content))
    text = "".join(page.extract_text() for page in reader.pages).replace("\n", "")
    assert "<script>alert(1)</script>" in text
    assert reader.attachments == {}
    actions = (b"/JavaScript", b"/JS ", b"/Launch", b"/EmbeddedFile", b"/URI", b"/SubmitForm")
    assert [action for action in actions if action in content] == []


def test_no_export_of_the_history_holds_a_formula(filled):
    auditor = readers(filled.period)["auditor"]
    address = reverse("history_export")
    rows = csv.reader(io.StringIO(auditor.get(address + "?format=csv").content.decode("utf-8-sig")))
    cells = [cell for row in rows for cell in row]
    assert len(cells) > 1000
    assert [c for c in cells if c.lstrip().startswith(FORMULA)] == []
    book = ZipFile(io.BytesIO(auditor.get(address + "?format=xlsx").content))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<row") > 1000
    assert re.findall(r"<f\b[^<]*", sheet) == []


def test_the_corpus_is_in_every_text_field(filled):
    other = make_period()
    fill_results(other, make_baseline(other)[1][1], make_all)
    for model in (p.Agency, m.Amendment, m.ObjectivePeriod, m.Marking):
        FILLED.update((model.__name__, f.name) for f in text_fields(model))
    missing = {
        (model.__name__, field.name)
        for app in ("programs", "evaluation")
        for model in apps.get_app_config(app).get_models()
        if not model._meta.proxy and not model.__name__.startswith("Historical")
        for field in text_fields(model)
    } - FILLED
    assert missing == {("Wording", "label")}  # up to 20 characters, tried by the forms of clauses


@pytest.mark.parametrize("string", REFUSED, ids=lambda s: f"U+{ord(s[1]):04X}")
def test_control_characters_are_refused_with_a_message(period, string):
    _, (_, item, *_) = make_baseline(period)
    draft = make_draft(period)
    editor = readers(period)["editor"]
    place = [period.agency.code, period.number]
    of_draft = [*place, draft.slug]
    forms = {
        reverse("start_amendment", args=place): {"title": string, "slug": "x"},
        reverse("amendment_facts", args=of_draft): {"title": "件名", "office": string},
        reverse("change_clause", args=[*of_draft, item.public_id, "reword"]): {"text": string},
        reverse("reasons", args=of_draft): {"title": string, "text": "説明", "kind": "law"},
        reverse("amendment_step", args=[*of_draft, "withdraw"]): {"reason": string},
    }
    before = (
        m.Wording.history.count(),
        m.Amendment.history.count(),
        m.AmendmentReason.objects.count(),
    )
    for address, data in forms.items():
        response = editor.post(address, data)
        html = response.content.decode()
        assert (address, response.status_code) == (address, 200)
        assert "<title>エラー：" in html
        assert f"文字目の文字（U+{ord(string[1]):04X}）" in html
    now = (
        m.Wording.history.count(),
        m.Amendment.history.count(),
        m.AmendmentReason.objects.count(),
    )
    assert now == before
