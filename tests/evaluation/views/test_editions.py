"""The pages of the text by the two clocks: what they show, say, refuse, and under which address."""

import copy
import datetime as dt
import html
import re

import pytest
from django.test import Client
from django.utils import timezone

from evaluation import amending, drafting, procedure
from evaluation.lifespans import read_moment
from evaluation.models import Amendment, ItemProgram, Succession
from evaluation.templatetags.calendars import both_calendars
from jst_objectives.history import delete, save
from programs.models import AccessRecord, Program, Role
from tests.factories import decide, make_baseline, make_draft, make_period, make_user

pytestmark = pytest.mark.django_db


class Scene:
    """A baseline, an amendment of 2024, its correction, one that comes in 2027, and a draft."""

    def __init__(self) -> None:
        self.period = make_period()
        self.editor = make_user(self.period.agency, "editor")
        self.approver = make_user(self.period.agency, "approver")
        self.baseline, (_, self.item, self.other, _) = make_baseline(self.period)
        self.past = self.reworded("改めた推進", dt.date(2024, 4, 1))
        self.correction = make_draft(self.period, kind=Amendment.Kind.CORRECTION, office="正誤の課")
        wrong = self.past.wordings.get()
        amending.correct(self.correction, wrong, text="正した推進", by=None)
        decide(self.correction, dt.date(2025, 6, 1))
        self.coming = self.reworded("次の推進", dt.date(2027, 3, 1))
        self.draft = self.reworded("直している推進")
        for row in (self.baseline, self.past, self.correction, self.coming):
            row.refresh_from_db()
        self.text = f"/{self.period.agency.code}/5/"
        self.page = f"{self.text}items/{self.item.public_id}/"
        self.client = Client()
        self.client.force_login(self.editor)

    def reworded(self, text: str, *on: dt.date) -> Amendment:
        draft = make_draft(self.period, by=self.editor)
        amending.reword(draft, self.item, text, by=self.editor)
        return decide(draft, *on) if on else draft

    def publish(self) -> None:
        for amendment in (self.baseline, self.past, self.correction, self.coming):
            amendment.refresh_from_db()
            day = timezone.localdate()
            procedure.publish(amendment, by=self.approver, published_on=day)

    def read(self, address: str, status: int = 200, client: Client | None = None) -> str:
        response = (client or self.client).get(address)
        assert (address, response.status_code) == (address, status)
        return response.content.decode()

    def heading(self, query: str, client: Client | None = None) -> str:
        return heading(self.read(self.page + query, client=client))


@pytest.fixture(scope="module")
def made(module_rows: None) -> Scene:
    return Scene()


@pytest.fixture
def scene(made: Scene) -> Scene:
    return copy.deepcopy(made)


def heading(page: str) -> str:
    (found,) = re.findall(r"<h1>(.*?)</h1>", page, re.DOTALL)
    without_chips = re.sub(r'<span class="chip.*?</span>', "", found)
    return html.unescape(re.sub(r"<[^>]+>", "", without_chips)).strip()


def lasting(page: str) -> str:
    return html.unescape(re.findall(r'<input id="lasting" value="([^"]+)" readonly', page)[0])


# --- Two clocks -----------------------------------------------------------------------------------
def test_in_force_on_a_day_as_known_at_a_moment(scene):
    known = scene.past.recorded_at - dt.timedelta(seconds=0)
    before = f"{timezone.localtime(known):%Y-%m-%dT%H:%M:%S.%f}"
    assert {
        query: scene.heading(query)
        for query in (
            "",
            "?on=R4.4.1",
            "?on=令和6年4月1日",
            f"?on=2024-04-01&known={before}",
            "?on=2027/3/1",
        )
    } == {
        "": "1. 正した推進",
        "?on=R4.4.1": "1. 項目1の推進",
        "?on=令和6年4月1日": "1. 正した推進",
        f"?on=2024-04-01&known={before}": "1. 改めた推進",
        "?on=2027/3/1": "1. 次の推進",
    }
    assert scene.heading(f"?amendment={scene.draft.slug}") == "1. 直している推進"
    assert scene.heading(f"?amendment={scene.past.slug}") == "1. 改めた推進"


def test_tree_and_appendix_follow_the_same_clocks(scene):
    assert "次の推進" in scene.read(scene.text + "?on=令和9年3月1日")
    assert "次の推進" not in scene.read(scene.text)
    amending.insert(scene.draft, "evaluation_axis", parent=scene.item, text="新しい軸", by=None)
    of_draft = f"appendix/?amendment={scene.draft.slug}"
    assert "新しい軸" in scene.read(scene.text + of_draft)
    assert "新しい軸" not in scene.read(scene.text + "appendix/")


@pytest.mark.parametrize("part", ["", "appendix/", "items/{}/"])
def test_before_the_baseline_every_page_says_so(scene, part):
    address = scene.text + part.format(scene.item.public_id) + "?on=R4.3.31"
    page = scene.read(address, 404 if "items" in part else 200)
    assert page.count("この日の本文は登録されていません") == 1
    first = scene.baseline.effective_on
    assert f'登録されている本文は、<a href="{address.split("?")[0]}?on={first}">' in page
    assert "この版のアドレス" not in page
    assert "この項目は、選んだ時点の本文にありません。" not in page
    assert '<table class="appendix">' not in page


def test_what_cannot_be_read_keeps_the_form(scene):
    for address in (scene.text, scene.page, scene.text + "appendix/"):
        page = scene.read(address + "?on=あした&known=2026-13-01", 404)
        assert "適用される日の「あした」を読み取れません。" in page
        assert "登録の時点の「2026-13-01」という日はありません。" in page
        assert 'value="あした"' in page
        assert 'value="2026-13-01"' in page
    page = scene.read(scene.text + "?known=0001-01-01T00:00", 404)
    assert "登録の時点の「0001-01-01T00:00」という日時はありません。" in page
    slug = scene.draft.slug
    page = scene.read(f"{scene.text}?amendment={slug}&known=2020-01-01", 404)
    assert "にはまだありませんでした。" in page


def test_links_keep_the_edition(scene):
    page = scene.read(scene.text + "?on=R4.4.1&known=令和8年1月1日")
    assert "この日の本文は登録されていません" in page  # nothing was recorded by then
    today = timezone.localdate()
    page = scene.read(f"{scene.text}?on=R4.4.1&known={today}")
    assert f"items/{scene.item.public_id}/?on=2022-04-01&amp;known={today}" in page


# --- What is said ---------------------------------------------------------------------------------
def test_what_is_decided_and_not_in_force_is_said(scene):
    words = "決定されていて、まだ適用されていない変更があります。"
    for address in (scene.text, scene.page, scene.text + "appendix/"):
        page = scene.read(address)
        assert words in page
        assert f"{scene.coming}</a>（令和9年3月1日（2027年）から適用、適用前）" in page
    assert words not in scene.read(f"{scene.text}items/{scene.other.public_id}/")
    assert "この日より後に適用される変更があります。" in scene.read(scene.page + "?on=R4.4.1")


def test_what_was_corrected_since_is_said(scene):
    page = scene.read(scene.page + "?on=R6.4.1")
    assert "この日より後に登録された変更・正誤を含みます。" in page
    assert f"{scene.page}?on=2024-04-01&amp;known=2024-04-01" in page
    known = f"{timezone.localtime(scene.past.recorded_at):%Y-%m-%dT%H:%M:%S.%f}"
    page = scene.read(f"{scene.page}?on=R6.4.1&known={known}")
    assert "その後に登録された変更・正誤で改められています。この本文には反映していません。" in page
    assert str(scene.correction) in page
    page = scene.read(f"{scene.page}?amendment={scene.past.slug}")
    assert "この変更の文言は、後の正誤で正されています。" in page
    assert "後の正誤で" not in scene.read(f"{scene.page}?amendment={scene.draft.slug}")


def test_an_item_that_is_not_there_says_when_it_was(scene):
    gone = make_draft(scene.period)
    amending.repeal(gone, scene.other, by=None)
    decide(gone, dt.date(2027, 3, 2))
    address = f"{scene.text}items/{scene.other.public_id}/"
    assert heading(scene.read(address)) == "2. 項目2の推進"
    page = scene.read(address + "?on=2027-03-02", 404)
    assert heading(page) == "項目2の推進"
    assert "この項目は、選んだ時点の本文にありません。" in page
    assert "この項目の経緯" in page


def test_auditors_are_led_to_the_history_of_what_they_read(scene):
    """Who audits another agency and assesses this one is not."""
    auditor, elsewhere = Client(), Client()
    auditor.force_login(make_user(scene.period.agency, "auditor"))
    stranger = make_user(make_period().agency, "auditor")
    save(Role(user=stranger, agency=scene.period.agency, role="assessor"), by=None, reason="試験")
    elsewhere.force_login(stranger)
    key = scene.item.pk
    places = {
        scene.page: (200, f"/history/?item={key}"),
        scene.page + "?on=R4.3.31": (404, f"/history/?item={key}"),
        scene.text: (200, f"/history/?subject=objectiveperiod-{scene.period.pk}"),
        f"{scene.text}amendments/{scene.past.slug}/": (200, f"/history/?amendment={scene.past.pk}"),
        f"{scene.text}policy/": (200, "/history/?kind=policytext"),
    }
    for address, (status, history) in places.items():
        assert f'href="{history}"' in scene.read(address, status, auditor)
        assert auditor.get(history).status_code == 200
        assert f'href="{history}"' not in scene.read(address, status)
        assert f'href="{history}"' not in scene.read(address, status, elsewhere)


def test_what_only_a_draft_has_is_hidden_from_others(scene):
    chapter = scene.period.clauses.get(kind="chapter")
    new = amending.insert(scene.draft, "item", parent=chapter, label="9", text="新項目", by=None)
    address = f"{scene.text}items/{new.public_id}/"
    assert heading(scene.read(address, 404)) == "新項目"
    scene.publish()
    page = scene.read(address, 404, client=Client())
    assert "新項目" not in page
    assert "この項目は、選んだ時点の本文にありません。" in page


# --- Course ---------------------------------------------------------------------------------------
def test_the_course_of_an_item_links_to_the_row_of_each_comparison(scene):
    page = scene.read(scene.page)
    assert '<ol class="timeline" reversed>' in page
    place = f"{scene.text}amendments/{scene.past.slug}/comparison/"
    assert f'<a href="{place}#row-{scene.item.public_id}">項目「改めた推進」</a>' in page
    assert f'<tr id="row-{scene.item.public_id}"' in scene.read(place)
    assert "直している推進" in page
    scene.publish()
    public = scene.read(scene.page, client=Client())
    assert "項目「改めた推進」" in public
    assert "直している推進" not in public
    assert "user" not in re.sub(r'class="[^"]*"|/[\w/]*', "", public.split("この項目の経緯")[1])
    assert "担当：正誤の課" in public


def test_a_draft_of_which_the_course_tells_is_recorded_as_read(scene):
    readings = AccessRecord.objects.filter(kind="draft_read")
    scene.read(scene.page)
    assert [row.detail for row in readings] == [f"{scene.period}「{scene.draft}」"]
    chapter = scene.period.clauses.get(kind="chapter")
    other = make_draft(scene.period)
    new = amending.insert(other, "item", parent=chapter, label="9", text="新項目", by=None)
    scene.read(f"{scene.text}items/{new.public_id}/", 404)
    assert readings.filter(detail=f"{scene.period}「{other}」").count() == 1


# --- Lasting addresses ----------------------------------------------------------------------------
def test_the_address_of_a_day_shows_the_same_words_for_ever(scene):
    today = timezone.localdate()
    address = lasting(scene.read(scene.page))
    assert re.fullmatch(
        rf"http://testserver{scene.page}\?on={today}&known=\d{{4}}-\d\d-\d\dT\d\d%3A\d\d%3A\d\d",
        address,
    )
    assert scene.heading(address.removeprefix(f"http://testserver{scene.page}")) == "1. 正した推進"


def test_the_moment_of_an_address_is_told_in_words(scene):
    told = re.compile(r'id="lasting-help">(.+?)</p>')
    last = both_calendars(scene.period.amendments.decided().latest("recorded_at").recorded_at)
    (words,) = told.findall(scene.read(scene.page))
    assert words == (
        f"いつ開いても、この文言です（{last}（日本時間）までに登録された内容）。選んで写せます。"
    )
    (words,) = told.findall(scene.read(f"{scene.page}?amendment={scene.past.slug}"))
    assert words == "いつ開いても、この文言です。選んで写せます。"


def test_a_later_correction_does_not_change_what_an_address_shows(scene, settings):
    """As if recorded two seconds later: an address tells moments to the second."""
    address = lasting(scene.read(scene.page)).removeprefix("http://testserver")
    correction = make_draft(scene.period, kind=Amendment.Kind.CORRECTION)
    amending.correct(correction, scene.past.wordings.get(), text="再び正した推進", by=None)
    procedure.submit(correction, by=make_user())
    procedure.approve(correction, by=scene.approver)
    later = timezone.now() + dt.timedelta(seconds=2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: later)
        procedure.decide(
            correction,
            by=scene.approver,
            decided_on=timezone.localdate(),
            effective_on=dt.date(2027, 3, 1),
        )
        assert heading(scene.read(scene.page)) == "1. 再び正した推進"
        assert heading(scene.read(address)) == "1. 正した推進"
        assert "この本文には反映していません。" in scene.read(address)


def test_the_address_of_a_draft_shows_it_as_it_was(scene):
    query = f"?amendment={scene.draft.slug}"
    address = lasting(scene.read(scene.page + query)).removeprefix("http://testserver")
    assert "&known=" in address
    later = timezone.now() + dt.timedelta(seconds=2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: later)
        amending.reword(scene.draft, scene.item, "さらに直した推進", by=scene.editor)
        assert scene.heading(query) == "1. さらに直した推進"
        assert heading(scene.read(address)) == "1. 直している推進"


def test_origins_and_programmes_are_those_of_the_moment(scene):
    text = amending.text_of(scene.draft)
    (body,) = (n for n in text.children[scene.item.pk] if n.kind == "body")
    (part,) = amending.split(scene.draft, body.wording.clause, ["項目1を", "推進する。"], by=None)
    program = Program(agency=scene.period.agency, slug="p", name="推進の事業")
    save(program, by=None, reason="試験")
    link = ItemProgram(clause=scene.item, program=program, amendment=scene.draft)
    save(link, by=None, reason="試験")
    moment = f"{timezone.localtime():%Y-%m-%dT%H:%M:%S.%f}"
    query = f"?amendment={scene.draft.slug}"
    told = ("から分かれた", "推進の事業")
    assert [words in scene.read(scene.page + query) for words in told] == [True, True]
    amending.undo(scene.draft, part, by=None)
    delete(link, by=None, reason="試験")
    assert [words in scene.read(scene.page + query) for words in told] == [False, False]
    page = scene.read(f"{scene.page}{query}&known={moment}")
    assert [words in page for words in told] == [True, True]


def test_an_origin_decided_later_is_not_known_before(scene):
    text = amending.text_of(scene.draft)
    (body,) = (n for n in text.children[scene.item.pk] if n.kind == "body")
    amending.split(scene.draft, body.wording.clause, ["項目1を", "推進する。"], by=None)
    moment = f"{timezone.localtime():%Y-%m-%dT%H:%M:%S.%f}"
    on = dt.date(2027, 3, 31)
    decide(scene.draft, on)
    period = scene.period
    assert Succession.objects.in_force_on(period, on).count() == 1
    assert "から分かれた" in scene.read(f"{scene.page}?on={on}")
    assert "から分かれた" not in scene.read(f"{scene.page}?on={on}&known={moment}")
    assert Succession.objects.in_force_on(period, on, timezone.now()).count() == 1
    assert Succession.objects.in_force_on(period, on, read_moment(moment)).count() == 0


def test_the_address_of_a_decided_amendment_needs_no_moment(scene):
    page = scene.read(f"{scene.page}?amendment={scene.past.slug}")
    assert lasting(page) == f"http://testserver{scene.page}?amendment={scene.past.slug}"


def test_the_public_reads_a_day_by_both_clocks_too(scene):
    scene.publish()
    visitor = Client()
    assert scene.heading("?on=R4.4.1", visitor) == "1. 項目1の推進"
    address = lasting(scene.read(scene.page, client=visitor)).removeprefix("http://testserver")
    assert heading(scene.read(address, client=visitor)) == "1. 正した推進"


def test_an_earlier_state_of_a_draft_is_for_who_may_read_it(scene):
    shared_later = timezone.now()
    drafting.share(scene.draft, by=scene.editor)
    agency = Client()
    agency.force_login(make_user(scene.period.agency, "agency"))
    query = f"?amendment={scene.draft.slug}"
    moment = f"{timezone.localtime(shared_later):%Y-%m-%dT%H:%M:%S.%f}"
    assert scene.heading(query, agency) == "1. 直している推進"
    scene.read(f"{scene.page}{query}&known={moment}", 404, client=agency)
    assert scene.heading(f"{query}&known={moment}") == "1. 直している推進"
