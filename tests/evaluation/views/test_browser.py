"""Every page in a real browser, as each role sees it, with its errors: accessible, light, by keyboard.

That no browser complains and nothing leaves the server is seen to by the fixture `portal`. To look
at all of them, name a folder for their pictures: `PICTURES=/tmp/pictures ./portal test -m browser`.
"""

import datetime as dt
import gzip
import itertools
import os
from decimal import Decimal
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.staticfiles import finders
from django.utils import timezone
from playwright.sync_api import Page, expect

from evaluation import (
    amending,
    drafting,
    procedure,
    recording,
    rendering,
    restricting,
    samples,
    valuing,
)
from evaluation.consistency import check
from evaluation.documents.issuing import take_snapshot
from evaluation.figures import Figures
from evaluation.models import Amendment, AmendmentReason, Clause, IndicatorMeasure
from programs.models import User
from tests.evaluation.views.browsing import PERIOD, Portal
from tests.factories import make_draft, make_measure, make_user, make_value
from tests.source.parsing import SOURCE

AXE = Axe().axe_script
# Preloading, which only an experimental rule asks for, writes styles that our policy refuses.
RUN = """async part => (await axe.run(part?.where ?? document,
        {resultTypes: ["violations"], preload: false, ...part?.options})).violations.map(rule =>
    `${rule.id}: ${rule.nodes.map(node => node.target + " " + node.failureSummary).join("; ")}`)"""
# What a width may change of an element, as far as rules look at it: whether it is seen, and how.
LOOKS = """() => new Map([...document.querySelectorAll("body, body *")].map(part => {
    const style = getComputedStyle(part);
    const seen = part.checkVisibility({visibilityProperty: true, opacityProperty: true});
    return [part, {seen, look: [style.color, style.backgroundColor, style.backgroundImage,
        style.fontSize, style.fontWeight, style.opacity].join()}]}))"""
# At the other width everything is looked at again where other parts are seen; else those that look
# otherwise, with all they hold, and what scrolls.
RUN_AGAIN = f"""async before => {{
    const run = {RUN}, now = ({LOOKS})();
    const parts = [...now].map(([part, {{seen, look}}]) => [part, seen, look, before.get(part)]);
    if (now.size !== before.size || parts.some(([, seen, , was]) => seen !== was?.seen)) return run();
    const others = parts.filter(([, seen, look, was]) => seen && look !== was.look);
    const include = others.map(([part]) => part);
    const scrolling = await run({{options: {{runOnly: ["scrollable-region-focusable"]}}}});
    return include.length ? [...scrolling, ...await run({{where: {{include}}}})] : scrolling}}"""
NARROW, WIDE = 320, 1280
PICTURES = os.environ.get("PICTURES")
PICTURE_WIDTHS = (1280, 375)
NUMBERS = itertools.count(1)
TARGET = 44  # CSS pixels, the デジタル庁 design system's least height of what is touched
LIMIT = 60 * 1024
# A box to tick is touched by its label too.
TOO_LOW = """least => [...document.querySelectorAll(
        "button, select, textarea, input, a.primary, a.secondary")]
    .filter(control => control.type !== "hidden" && control.checkVisibility())
    .map(control => ["checkbox", "radio"].includes(control.type)
        ? control.closest("label") ?? control : control)
    .filter(control => control.getBoundingClientRect().height < least)
    .map(control => control.outerHTML.slice(0, 80))"""
# A class that means something elsewhere must not take a row out of its table.
NO_ROWS = """[...document.querySelectorAll("tr")]
    .filter(row => row.checkVisibility() && getComputedStyle(row).display !== "table-row")
    .map(row => row.outerHTML.slice(0, 80))"""
LINKED = """[...document.querySelectorAll("link[rel=stylesheet], script[src]")]
    .map(link => new URL(link.href ?? link.src).pathname)"""
# A card is one link, stretched over the card by its ::after, which carries the ring.
FOCUS = """() => {
    const stop = document.activeElement;
    const rings = ["", "::after"].map(part => getComputedStyle(stop, part));
    const ring = rings.find(ring => ring.outlineStyle !== "none") ?? rings[0];
    return [stop.outerHTML.slice(0, 80), `${ring.outlineStyle} ${ring.outlineWidth}`]}"""
STOPS = """[...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
    .filter(stop => stop.type !== "hidden" && stop.checkVisibility({visibilityProperty: true}))
    .map(stop => stop.outerHTML.slice(0, 80))"""


class Scene:
    """The real amendment as a draft, and others of the same text in each other state."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.people = {
            role: portal.person(role, role)
            for role in ("editor", "approver", "agency", "assessor", "auditor", "maintainer")
        }
        editor, approver = self.people["editor"], self.people["approver"]
        self.real = portal.real_amendment()
        drafting.hand_over(self.real, to=editor, by=editor)
        self.item = Clause.objects.filter(kind="item", introduced_by__kind="baseline")[6]
        self.body = Clause.objects.filter(kind="body", introduced_by__kind="baseline")[0]
        self.empty = make_draft(portal.period, by=editor)
        self.overtaken, self.submitted, self.approved, self.decided = (
            self._draft(words, editor) for words in ("衝突", "提出", "承認", "決定")
        )
        amending.repeal(self.overtaken, self.body, by=editor)
        drafting.share(self.submitted, by=editor)
        for amendment in (self.submitted, self.approved, self.decided):
            procedure.submit(amendment, by=editor)
        procedure.approve(self.approved, by=approver)
        procedure.approve(self.decided, by=approver)
        day = dt.date(2026, 2, 1)
        procedure.decide(self.decided, by=approver, decided_on=day, effective_on=day)

    def _draft(self, words: str, editor: User) -> Amendment:
        draft = make_draft(self.portal.period, by=editor)
        amending.reword(draft, self.item, f"{words}の推進", by=editor)
        return draft

    def of(self, amendment: Amendment, *parts: object) -> str:
        return PERIOD + f"amendments/{amendment.slug}/" + "".join(f"{part}/" for part in parts)


@pytest.fixture
def scene(portal: Portal) -> Scene:
    return Scene(portal)


class Visit:
    """One window led from page to page, each of which must be fit to be used."""

    def __init__(self, page: Page, least: int = TARGET) -> None:
        self.page, self.least = page, least
        self.linked: set[str] = set()

    def to(self, *addresses: str, status: int = 200) -> None:
        for address in addresses:
            answer = self.page.goto(address)
            assert answer is not None
            assert (address, answer.status) == (address, status)
            self.check()

    def press(self, address: str, button: str, emptied: str = "") -> None:
        """Send the form of a page, a field of it emptied: the page that tells of the errors."""
        self.page.goto(address)
        if emptied:
            self.page.get_by_label(emptied).fill("")
        self.page.locator("main").get_by_role("button", name=button, exact=True).click()
        self.check(expected="入力内容を確かめてください")

    def check(self, expected: str = "") -> None:
        page = self.page
        if expected:
            expect(page.get_by_text(expected).first).to_be_visible()  # waits for the answer
        where = page.url
        page.evaluate(AXE)
        self.resize(NARROW)
        assert (where, NARROW, page.evaluate(RUN)) == (where, NARROW, [])
        before = page.evaluate_handle(LOOKS)
        self.resize(WIDE)
        assert (where, WIDE, page.evaluate(RUN_AGAIN, before)) == (where, WIDE, [])
        assert (where, page.evaluate(NO_ROWS)) == (where, [])
        self.resize(NARROW)
        assert (where, page.evaluate(TOO_LOW, self.least)) == (where, [])
        self.linked |= set(page.evaluate(LINKED))
        if PICTURES:
            self.picture(Path(PICTURES))

    def resize(self, width: int) -> None:
        """Make the window as wide, which the page must not be wider than."""
        self.page.set_viewport_size({"width": width, "height": 800})
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        assert (self.page.url, wide) == (self.page.url, width)

    def picture(self, folder: Path) -> None:
        test = os.environ["PYTEST_CURRENT_TEST"].partition("::")[2].partition(" ")[0]
        name = f"{test}-{next(NUMBERS):03}"
        for width in PICTURE_WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 800})
            self.page.screenshot(path=folder / f"{name}-{width}.png", full_page=True)

    def weight(self, suffix: str) -> int:
        """Return the bytes, compressed, of all files with a suffix that the pages linked."""
        files = [finders.find(name.removeprefix("/static/")) for name in self.linked]
        return sum(
            len(gzip.compress(Path(str(file)).read_bytes()))
            for file in files
            if str(file).endswith(suffix)
        )


# --- What is looked for ---------------------------------------------------------------------------
ALONE = "<!doctype html><html lang=ja><title>題</title><style>{}</style><main><h1>題</h1>{}</main>"
WIDELY = "@media (min-width: 64rem) { %s }"
TALL = f"<div class=x>{'<p>ほんとうの文' * 60}</div>"


@pytest.mark.parametrize(
    ("style", "words", "rule"),
    [
        (".x { color: #aaa }", "<p class=x>ほんとうの文</p>", "color-contrast"),
        ("", "<input>", "label"),
        (WIDELY % ".x { color: #aaa }", "<p class=x>ほんとうの文</p>", "color-contrast"),
        (
            WIDELY % ".x { background: #555 }",
            "<div class=x><p>ほんとうの文</p></div>",
            "color-contrast",
        ),
        (".x { display: none }" + WIDELY % ".x { display: block }", "<input class=x>", "label"),
        (WIDELY % ".x { display: none }", "<input class=x>", "label"),
        (WIDELY % ".x { height: 9rem; overflow: auto }", TALL, "scrollable-region-focusable"),
        (
            "nav { display: none }" + WIDELY % "nav { display: block }",
            "</main><nav><a href='#'>文</a></nav><nav><a href='#'>語</a></nav><main hidden>",
            "landmark-unique",
        ),
    ],
)
def test_a_fault_is_found_at_whichever_width_it_is(page: Page, style, words, rule):
    page.set_content(ALONE.format(style, words))
    with pytest.raises(AssertionError, match=rule):
        Visit(page, least=0).check()


def test_a_page_without_a_fault_passes(page: Page):
    page.set_content(ALONE.format(WIDELY % ".x { color: #555 }", "<p class=x>ほんとうの文</p>"))
    Visit(page).check()


# --- Every page -----------------------------------------------------------------------------------
def test_what_everybody_reads(scene: Scene):
    day = scene.decided.decided_on
    assert day is not None
    procedure.publish(scene.decided, by=scene.people["approver"], published_on=day)
    take_snapshot(scene.decided, by=None)
    visit = Visit(scene.portal.window())
    item = f"{PERIOD}items/{scene.item.public_id}/"
    of_decided = f"?amendment={scene.decided.slug}"
    visit.to("/", PERIOD, PERIOD + of_decided, item, item + of_decided, PERIOD + "policy/")
    visit.to(PERIOD + "appendix/", PERIOD + "appendix/" + of_decided)
    visit.to(PERIOD + "amendments/baseline/", scene.of(scene.decided))
    visit.to(scene.of(scene.decided, "comparison"))
    visit.to(scene.of(scene.decided, "comparison", "appendix"), PERIOD + "comparison/")
    visit.to(f"{PERIOD}comparison/?old=on:2026-01-28&new=with:{scene.decided.slug}")
    visit.to(f"{PERIOD}comparison/?old=x&new=with:{scene.decided.slug}")
    visit.to("/programmes/", "/jst/programmes/epoch/", "/jst/programmes/industry-science-talent/")
    visit.to("/accounts/password/reset/", "/accounts/password/reset/done/", "/accounts/signup/")
    visit.to(
        "/search/", "/search/?q=研究", "/search/?q=研究&page=2", "/search/?q=ないことば&kind=body"
    )
    visit.to("/search/?q=", PERIOD + "?on=R8.2.1&known=R8.2.1", item + "?on=R8.2.1")
    visit.to(f"{PERIOD}comparison/?old=on&old_on=x&new=on&new_on=", PERIOD + "appendix/?on=R7.1.1")
    visit.to(PERIOD + "?on=x&known=y", item + "?on=R7.1.1", status=404)
    visit.to("/verification/")
    visit.press("/verification/", "検証する")
    visit.page.get_by_label("検証するPDF").set_input_files(Path(__file__))
    visit.page.get_by_role("button", name="検証する", exact=True).click()
    visit.check(expected="PDF")
    visit.press("/accounts/login/?next=/account/", "サインイン")
    visit.to("/none/", PERIOD + "items/none/", status=404)
    assert (visit.weight(".js") <= LIMIT, visit.weight(".css") <= LIMIT) == (True, True)


def test_what_an_editor_reads_and_is_told(scene: Scene):
    visit = Visit(scene.portal.sign_in(scene.people["editor"]))
    visit.to("/", PERIOD + "?amendment=2026-01-28", PERIOD + "appendix/?amendment=2026-01-28")
    visit.to(
        "/search/?q=研究　推進", f"{PERIOD}items/{scene.item.public_id}/", PERIOD + "comparison/"
    )
    for draft in (scene.real, scene.empty, scene.overtaken):
        visit.to(scene.of(draft), scene.of(draft, "edit"), scene.of(draft, "comparison"))
    visit.to(scene.of(scene.submitted), scene.of(scene.decided), scene.of(scene.real, "overview"))
    forms = "view=inline", "view=consolidated&extent=full", "unchanged=run&remarks=備考&moves=track"
    visit.to(*(f"{scene.of(scene.real, 'comparison')}?{form}" for form in forms))
    visit.to(scene.of(scene.real, "comparison", "appendix") + "?unchanged=full&first=current")
    visit.to(scene.of(scene.real, "comparison", "form"))
    findings = check(scene.real).open
    visit.to(scene.of(scene.real, "checks"), scene.of(scene.empty, "checks"))
    visit.to(scene.of(scene.real, "checks", findings[0].finding.fingerprint))
    visit.to(scene.of(scene.real, "reconciliation"), scene.of(scene.submitted, "checks"))
    visit.press(scene.of(scene.real, "reconciliation"), "照合する")
    visit.page.get_by_label("資料のファイル").set_input_files(SOURCE)
    visit.page.get_by_role("button", name="照合する").click()
    visit.check(expected="食い違い（48か所）")  # one item is another since
    visit.to(scene.of(scene.real, "comparison", "form"), scene.of(scene.real, "memo"))
    visit.to("/account/")
    visit.to(scene.of(scene.submitted, "edit"), status=403)
    visit.to(scene.of(scene.submitted, "steps", "approve"), status=403)
    visit.to(scene.of(scene.real, "steps", "none"), "/jst/5/amendments/none/", status=404)


def test_a_document_on_its_way(scene: Scene):
    """A window follows it without a reload; one without scripts has a link."""
    editor = scene.people["editor"]
    begun = rendering.start(take_snapshot(scene.real, by=editor), "memo", by=editor)
    address = scene.of(scene.real, "renderings", begun.pk)
    visit = Visit(scene.portal.sign_in(editor))
    visit.to(address)
    visit.page.evaluate("window.stays = true")
    begun.state, begun.done, begun.part, begun.heard_at = "running", 1, "別紙", timezone.now()
    begun.save()
    visit.check(expected="いまは「別紙」です。")
    begun.state = "waiting"
    begun.save()
    rendering.render.call(begun.pk)
    visit.check(expected="作成し、発行しました。")
    assert visit.page.evaluate("window.stays")
    assert visit.page.locator("#told").text_content() == "作成し、発行しました。"
    assert visit.page.evaluate("document.activeElement.tagName") == "H1"
    with visit.page.expect_download() as download:
        visit.page.get_by_role("link", name="PDFを受け取る").click()
    assert Path(download.value.path()).read_bytes()[:5] == b"%PDF-"
    again = rendering.start(take_snapshot(scene.real, by=editor), "dossier", by=editor)
    visit.page.goto(scene.of(scene.real, "renderings", again.pk))
    visit.page.get_by_role("button", name="作成を中止する").click()
    visit.check(expected="作成を中止しました。")
    again.refresh_from_db()
    again.state, again.words = "failed", rendering.WORKER_DIED
    again.save()
    visit.to(scene.of(scene.real, "renderings", again.pk))


def test_what_an_editor_fills_in(scene: Scene):
    visit = Visit(scene.portal.window(scene.people["editor"]))
    visit.to(PERIOD + "amendments/new/", scene.of(scene.real, "facts"))
    visit.press(PERIOD + "amendments/new/", "起案する")
    for step in ("submit", "share", "hand-over", "copy", "withdraw", "delete"):
        visit.to(scene.of(scene.real, "steps", step))
    visit.to(scene.of(scene.overtaken, "steps", "submit"), scene.of(scene.empty, "steps", "submit"))
    visit.press(scene.of(scene.real, "steps", "withdraw"), "理由を付けて取り下げる")
    reason = AmendmentReason.objects.filter(group__amendment=scene.real)[0]
    visit.to(scene.of(scene.real, "reasons"), scene.of(scene.empty, "reasons"))
    visit.press(scene.of(scene.real, "reasons"), "加える")
    visit.to(scene.of(scene.real, "reasons", reason.pk))
    visit.to(scene.of(scene.real, "reasons", reason.pk, "delete"))


def test_what_an_editor_does_to_clauses(scene: Scene):
    visit = Visit(scene.portal.window(scene.people["editor"]))
    item = scene.of(scene.real, "clauses", scene.item.public_id)
    body = scene.of(scene.real, "clauses", scene.body.public_id)
    changed = scene.of(scene.overtaken, "clauses", scene.item.public_id)
    introduced = Clause.objects.filter(kind="item", introduced_by=scene.real)[0]
    repealed = scene.of(scene.overtaken, "clauses", scene.body.public_id)
    visit.to(repealed, item, body, changed, scene.of(scene.real, "clauses", introduced.public_id))
    for verb in ("relabel", "move", "repeal", "undo"):
        visit.to(f"{changed}{verb}/")
    visit.to(f"{changed}marks/", f"{changed}marks/?by=character")
    visit.to(*(f"{body}{verb}/" for verb in ("split", "merge", "replace")))
    counted = Clause.objects.filter(kind="monitoring_indicator", introduced_by__kind="baseline")[0]
    merging = scene.of(scene.real, "clauses", counted.public_id, "merge")
    visit.press(merging, "ほかの条項を統合する", emptied="統合した後の文言")
    visit.to(scene.of(scene.real, "items", "new"), scene.of(scene.real, "clauses", "new"))
    visit.to(scene.of(scene.real, "clauses", "new") + "?kind=chapter&parent=")
    visit.press(scene.of(scene.real, "items", "new"), "加える")
    visit.press(scene.of(scene.real, "clauses", "new"), "加える")
    visit.press(f"{item}relabel/", "保存する", emptied="番号")
    visit.press(item, "保存する", emptied="見出し")

    visit.page.goto(item)
    amending.reword(scene.real, scene.item, "先の文言", by=None)
    visit.page.get_by_label("見出し").fill("後の文言")
    visit.page.get_by_role("button", name="保存する").click()
    visit.check(expected="先に保存された変更があります")
    visit.page.goto(f"{item}repeal/")
    amending.reword(scene.real, scene.item, "先の先の文言", by=None)
    visit.page.get_by_role("button", name="この条項を削る").click()
    visit.check(expected="先に保存された変更があります")


def test_what_an_editor_numbers_and_pastes(scene: Scene):
    editor = scene.people["editor"]
    visit = Visit(scene.portal.window(editor))
    pages = [scene.of(scene.real, page) for page in ("numbers", "references", "paste")]
    visit.to(*pages)
    visit.press(pages[2], "何が変わるかを見る")
    text = amending.text_of(scene.real)
    parent = next(n for n in text.order if n.text == "多様な人材の支援・育成").wording.clause
    words = "若手を支援する。4. 3.による。4. 1.による。"
    parts = {"body": [words]}
    amending.insert_item(
        scene.real, parent=parent, label="1", text="若手の支援", parts=parts, by=editor
    )
    first = next(n for n in text.order if n.text == "創発的研究の支援").wording.clause
    amending.repeal(scene.real, first, by=editor)
    visit.to(*pages[:2], scene.of(scene.real, "edit"))
    amending.renumber(scene.real, parent=parent, kind="item", by=editor)
    visit.to(*pages[:2])
    visit.page.goto(pages[2])
    visit.page.get_by_label("貼り付ける項目").select_option(label="4. 多様な人材の支援・育成")
    pasted = "若手を支援すろ。\n4. 1. 若手の支授\n○評価軸\n・育ったか。\n4. 2. 多様な人材の育成"
    visit.page.get_by_label("貼り付ける文章").fill(pasted)
    visit.page.get_by_role("button", name="何が変わるかを見る").click()
    visit.check(expected="まだ保存していません。")


def test_what_an_approver_reads_and_fills_in(scene: Scene):
    visit = Visit(scene.portal.window(scene.people["approver"]))
    approve = scene.of(scene.submitted, "steps", "approve")
    send_back = scene.of(scene.submitted, "steps", "send-back")
    visit.to("/", scene.of(scene.submitted), scene.of(scene.approved), approve, send_back)
    visit.press(send_back, "理由を付けて差し戻す")
    procedure.submit(scene.real, by=scene.people["editor"])
    procedure.approve(scene.real, by=scene.people["approver"])
    decide = scene.of(scene.real, "steps", "decide")
    days = "?decided_on=2026-02-01&effective_on=R8.2.1"
    visit.to(decide, decide + days, f"{decide}{days}&without_records=yes")
    visit.to(decide + "?decided_on=x&effective_on=")
    visit.to(scene.of(scene.approved, "steps", "decide"))
    publish = scene.of(scene.decided, "steps", "publish")
    visit.to(publish, publish + "?published_on=2026-02-01", publish + "?published_on=2020-01-01")
    visit.to(decide.replace("decide", "submit"), status=403)


def test_the_procedure_of_a_draft(scene: Scene):
    editor = scene.people["editor"]
    visit = Visit(scene.portal.window(editor))
    kinds = {kind.name: kind for kind in scene.portal.period.agency.step_kinds.all()}
    day = dt.date(2026, 2, 1)
    step = recording.record(
        scene.real, kinds["審議会意見聴取"], by=editor, date=day, openness="open", opinion="意見"
    )
    file = recording.attach(step, by=editor, name="答申.pdf", suffix="pdf", content=b"%PDF-")
    amending.reword(scene.real, scene.item, "会議の後の文言", by=editor)
    page = scene.of(scene.real, "procedure")
    visit.to(page, f"{page}new/", f"{page}{step.pk}/", scene.of(scene.empty, "procedure"))
    visit.to(f"{page}{step.pk}/correct/", f"{page}{step.pk}/remove/")
    visit.to(f"{page}{step.pk}/files/new/", f"{page}{step.pk}/files/{file.pk}/remove/")
    visit.press(f"{page}new/", "記録する")
    visit.press(f"{page}{step.pk}/files/new/", "登録する")
    visit.press(f"{page}{step.pk}/remove/", "記録を取り消す")
    visit.to(scene.of(scene.submitted, "steps", "take-back"), scene.of(scene.approved, "procedure"))
    corrections = scene.of(scene.decided, "corrections")
    visit.to(corrections, f"{corrections}{scene.item.public_id}/")
    visit.press(f"{corrections}{scene.item.public_id}/", "正誤を起案する", emptied="正しい文言")


def test_a_restricted_draft(scene: Scene):
    editor, approver = scene.people["editor"], scene.people["approver"]
    visit = Visit(scene.portal.window(editor))
    visit.to(scene.of(scene.empty, "steps", "restrict"))
    visit.press(scene.of(scene.empty, "steps", "restrict"), "閲覧を制限する")
    restriction = restricting.restrict(scene.empty, by=editor, why="市場", readers=[approver])
    page = scene.of(scene.empty, "restriction")
    visit.to(scene.of(scene.empty), page, f"{page}{restriction.readers.all()[0].pk}/")
    visit.press(page, "加える")
    visit.to(scene.of(scene.empty, "steps", "release"))
    auditor = Visit(scene.portal.window(scene.people["auditor"]))
    auditor.to("/", page, f"/history/?amendment={scene.empty.pk}")
    auditor.to(scene.of(scene.empty), status=404)
    procedure.withdraw(scene.empty, by=editor, reason="中止")
    visit.to(scene.of(scene.empty), scene.of(scene.empty, "steps", "resume"))


def test_what_the_other_readers_read(scene: Scene):
    for role in ("agency", "assessor"):
        visit = Visit(scene.portal.window(scene.people[role]))
        visit.to("/", scene.of(scene.decided), scene.of(scene.decided, "comparison"))
        visit.to(scene.of(scene.real), status=404)
    visit = Visit(scene.portal.window(scene.people["agency"]))
    visit.to(scene.of(scene.submitted), scene.of(scene.submitted, "comparison"))
    visit.to(scene.of(scene.submitted, "edit"), "/history/", status=403)
    for words in ("論文数（国際共著論文の割合含む）", "特許出願・登録件数"):
        found = Clause.objects.filter(wordings__text=words, introduced_by__kind="baseline")
        page = f"{PERIOD}indicators/{found[0].public_id}/"
        visit.to(f"{PERIOD}indicators/", page, f"{page}measures/new/?suggest=1")
    visit.to(*entered(scene))
    nobody = Visit(scene.portal.window(make_user()))
    nobody.to("/", "/account/", PERIOD)


def test_the_pages_of_grades(scene: Scene):
    """With samples, as both sides see them: facts, plans, inputs, remedies, checks, steps."""
    samples.load_sample_results(scene.portal.period)
    grades, item = PERIOD + "grades/", Clause.objects.filter(kind="item", inputs__isnull=False)[0]
    of_item, sheet = f"{grades}{item.public_id}/", f"{grades}{item.public_id}/2024/yearly/"
    remedy = f"{grades}remedies/{scene.portal.period.remedies.get().pk}/"
    visit = Visit(scene.portal.sign_in(scene.people["agency"]))
    visit.to(
        grades, sheet, f"{grades}overall/2024/yearly/", sheet + "self/", sheet + "self/reopen/"
    )
    visit.to(of_item + "inputs/", of_item + "plans/2024/", grades + "remedies/", remedy)
    visit.to(grades + "checks/2025/", f"{grades}steps/2024/yearly/")
    visit.page.goto(of_item + "inputs/")
    visit.page.get_by_label("予算額（令和7年度）").fill("約10")
    visit.page.get_by_role("button", name="保存する", exact=True).click()
    visit.check(expected="入力内容を確かめてください")
    visit = Visit(scene.portal.sign_in(scene.people["assessor"]))
    visit.to(grades, of_item + "profile/", grades + "remedies/new/", remedy)
    visit.to(f"{grades}steps/2024/yearly/", f"{grades}steps/2024/yearly/new/")
    visit.to(f"{grades}overall/2024/yearly/minister/reopen/")
    visit.to(sheet + "issue/assessment/", f"{grades}overall/2024/yearly/issue/evaluation/")
    print_of = (scene.portal.period, 2024, "yearly")
    begun = rendering.start_print(*print_of, by=scene.people["assessor"])
    visit.to(f"{grades}renderings/{begun.pk}/")
    visit.press(grades + "remedies/new/", "登録する")
    assert visit.weight(".css") <= LIMIT


def test_the_pages_of_results_and_of_a_years_course(scene: Scene):
    """With samples: drawings, a year entered, handed in, returned, closed, and one person let in."""
    agency, assessor = scene.people["agency"], scene.people["assessor"]
    period = scene.portal.period
    samples.load_sample_results(period)
    measure = IndicatorMeasure.objects.filter(nature="ratio")[0].numerator
    assert measure
    item = Figures.of(period).items[7][0]
    valuing.assign(
        item.wording.clause, 2025, by=assessor, person=agency, due_on=dt.date(2026, 6, 30)
    )
    valuing.close(period, 2024, by=assessor, reason="提出")
    until = timezone.now() + dt.timedelta(days=3)
    valuing.admit(measure, 2024, user=agency, until=until, reason="訂正", by=assessor)
    report = valuing.make_report(period, 2024, by=agency, title="報告")
    why = {"why_code": "mistake", "why": "誤り", "number": Decimal(0)}
    valuing.correct(measure, 2024, by=agency, **why)
    results, year = PERIOD + "results/", f"{PERIOD}results/years/2025/"
    of_item = f"{year}items/{item.public_id}/"
    visit = Visit(scene.portal.window(agency))
    visit.to("/", results, f"{PERIOD}items/{item.public_id}/results/", year, of_item)
    visit.to(f"{PERIOD}indicators/", f"{PERIOD}indicators/{measure.indicator.public_id}/")
    visit.to(of_item + "submit/", year + "?only=mine", year + "people/")
    visit.to(f"{results}reports/", f"{results}reports/{report.pk}/")
    visit.press(f"{results}reports/new/", "保存する")
    valuing.submit(item.wording.clause, 2025, by=agency)
    visit.to(of_item + "submit/")
    visit = Visit(scene.portal.window(assessor))
    closed = f"{PERIOD}results/years/2024/"
    visit.to("/", of_item, of_item + "confirm/", closed, closed + "closing/")
    visit.press(of_item + "send-back/", "差し戻す")
    visit.press(year + "closing/", "締め切る")
    visit.press(closed + "admissions/new/", "許可する")
    assert visit.weight(".css") <= LIMIT


def entered(scene: Scene) -> list[str]:
    """Enter values, and return the pages of entering: with a closed year, a form, a text, evidence."""
    found = Clause.objects.filter(introduced_by__kind="baseline").order_by("pk")
    indicator = found.filter(kind="monitoring_indicator")[0]
    evaluated = found.filter(kind="evaluation_indicator")[0]
    value = make_value(make_measure(indicator), 2023)
    evidence = valuing.attach_link(value, by=None, title="資料", url="https://www.jst.go.jp/")
    make_value(make_measure(indicator, "取組の数"), 2022, stage="final")
    valuing.close(scene.portal.period, 2024, by=None, reason="評価の時点")
    item = valuing.heads_of([indicator.pk])[indicator.pk].parent
    assert item is not None
    place = f"{PERIOD}indicators/{indicator.public_id}/"
    text = f"{PERIOD}indicators/{evaluated.public_id}/2023/"
    return [
        f"{PERIOD}results/entry/",
        f"{PERIOD}results/entry/{item.public_id}/",
        *(f"{place}measures/{n}/{year}/" for n, year in ((1, 2023), (1, 2024), (2, 2022))),
        f"{place}2023/evidence/?measure=1",
        f"{PERIOD}evidence/{evidence.pk}/remove/",
        text,
        place,
    ]


def test_what_an_auditor_finds(scene: Scene):
    visit = Visit(scene.portal.window(scene.people["auditor"]))
    visit.to("/", "/history/", "/history/?page=2", "/history/?person=none", "/history/?since=x")
    visit.to(f"/history/?subject=clause-{scene.item.pk}", "/history/?kind=draft_read")
    visit.to(f"/history/?item={scene.item.pk}", f"{PERIOD}items/{scene.item.public_id}/")
    visit.to(scene.of(scene.real), scene.of(scene.real, "comparison"))
    visit.to(scene.of(scene.real, "edit"), status=403)


def test_refused_ways_to_send(scene: Scene):
    visit = Visit(scene.portal.window(scene.people["editor"]))
    page = visit.page
    page.goto("/account/")
    for action, spoil, words in (
        ("/", "", "この開き方はできません"),
        ("/accounts/logout/", "x", "もう一度送信してください"),
    ):
        page.goto("/account/")
        with page.expect_navigation():
            page.evaluate(
                """([action, spoil]) => { const form = document.querySelector("header form[method=post]");
                form.action = action; form.csrfmiddlewaretoken.value += spoil; form.submit() }""",
                [action, spoil],
            )
        visit.check(expected=words)


def test_what_a_maintainer_maintains(scene: Scene, tmp_path: Path):
    visit = Visit(scene.portal.window(scene.people["maintainer"]), least=24)
    visit.to("/")
    start = "/maintenance/"
    user, role = scene.people["editor"], scene.people["editor"].roles.first()
    assert role is not None
    visit.to(start, *(f"{start}programs/{name}/" for name in ("user", "role", "accessrecord")))
    visit.to(f"{start}programs/user/?q=none", f"{start}programs/user/add/")
    visit.to(f"{start}programs/user/{user.pk}/change/", f"{start}programs/user/{user.pk}/history/")
    visit.to(f"{start}programs/user/{user.pk}/account/password/")
    visit.to(f"{start}programs/role/{role.pk}/delete/", f"{start}programs/role/import/")
    visit.to(f"{start}programs/program/", f"{start}evaluation/wording/")
    visit.to(f"{start}none/", status=404)
    for file, words in (("x", "取り込めませんでした"), ("ユーザー名,法人,役割\nx,x,x", "誤り")):
        (tmp_path / "roles.csv").write_text(file)
        visit.page.goto(f"{start}programs/role/import/")
        visit.page.get_by_label("ファイル").set_input_files(tmp_path / "roles.csv")
        visit.page.get_by_role("button", name="内容を確かめる").click()
        visit.check(expected=words)


# --- By keyboard ----------------------------------------------------------------------------------
def tab(page: Page) -> list[str]:
    page.keyboard.press("Tab")
    found: list[str] = page.evaluate(FOCUS)
    return found


def test_the_focus_is_always_to_be_seen(scene: Scene):
    page = scene.portal.window(scene.people["editor"])
    clause = scene.of(scene.overtaken, "clauses", scene.item.public_id)
    for address in ("/", PERIOD, clause, scene.of(scene.real, "reasons"), scene.of(scene.real)):
        page.goto(address)
        stops = page.evaluate(STOPS)
        assert [tab(page) for _ in stops] == [[stop, "solid 4px"] for stop in stops]


def test_a_clause_is_reworded_by_keyboard_alone(scene: Scene):
    page = scene.portal.window(scene.people["editor"])
    page.goto(scene.of(scene.real, "edit"))

    def go_to(words: str) -> None:
        for _ in range(400):
            if words in tab(page)[0] or words == page.evaluate("document.activeElement.innerText"):
                return
        pytest.fail(f"the keyboard never reached {words}")

    go_to(f"/clauses/{scene.item.public_id}/")
    page.keyboard.press("Enter")
    page.wait_for_url("**/clauses/**")
    go_to('name="text"')
    page.keyboard.press("Control+A")
    page.keyboard.type("キーボードだけで改めた見出し")
    go_to("保存する")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("保存しました。")
    expect(page.get_by_role("heading", level=1)).to_contain_text("キーボードだけで改めた見出し")
