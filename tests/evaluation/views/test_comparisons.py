"""The comparison table on screen: its forms, the appendix cell by cell, any two versions."""

import datetime as dt
import re
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone

from evaluation import amending, drafting, procedure
from evaluation.documents import pdf
from evaluation.documents.issuing import take_snapshot
from evaluation.eras import written
from evaluation.loading import load_source
from evaluation.models import Amendment, ProcedureStep, StepKind, TableForm
from evaluation.views import comparisons
from jst_objectives import history
from programs.models import AccessRecord
from tests.evaluation.views.drafts import address, make_scene, words
from tests.factories import decide, make_baseline, make_period, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
REAL = "/jst/5/amendments/2026-01-28/"


@pytest.fixture
def real(client):
    load_source()
    draft = Amendment.objects.select_related("period__agency").get(slug="2026-01-28")
    client.force_login(make_user(draft.period.agency, "editor"))
    return draft


def versions(draft, old, new=""):
    place = f"/{draft.period.agency.code}/{draft.period.number}/comparison/"
    return f"{place}?old={old}&new={new or 'with:' + draft.slug}"


def rows(response):
    return len(re.findall(r'<tr id="row-', response.content.decode()))


class TestShowing:
    def test_the_page_shows_what_is_issued_and_hides_its_controls(self, client, real):
        response = client.get(REAL + "comparison/")
        assert rows(response) == 41
        assert '<details class="show-form">' in response.content.decode()
        assert 'class="comparison"' in response.content.decode()

    @pytest.mark.parametrize(
        ("query", "count", "table"),
        [
            ("view=inline", 41, "comparison one-text inline"),
            ("view=consolidated", 41, "comparison one-text"),
            ("extent=full", 265, "comparison"),
            ("unchanged=run&remarks=備考", 46, "comparison remarked"),
        ],
    )
    def test_the_query_asks_for_another_form(self, client, real, query, count, table):
        response = client.get(f"{REAL}comparison/?{query}")
        assert rows(response) == count
        assert f'<table class="{table}">' in response.content.decode()
        assert not TableForm.objects.exists()

    def test_what_was_decided_says_so_beside_its_heads(self, client, real):
        told = "に決定された変更です。"
        pages = [REAL + "comparison/", REAL + "comparison/appendix/"]
        assert [told in words(client.get(page)) for page in pages] == [False, False]
        decide(real, dt.date(2026, 4, 1))
        day = written(Amendment.objects.get(pk=real.pk).decided_on)
        assert [f"{day}（2026年）{told}" in words(client.get(page)) for page in pages] == [
            True,
            True,
        ]

    def test_issuing_is_the_main_act_of_who_works_on_it_only(self, client, real):
        button = re.compile(r'<button class="(\w+)">新旧対照表のPDFを発行')
        shown = {}
        for role in ("editor", "approver", "auditor"):
            client.force_login(make_user(real.period.agency, role))
            (shown[role],) = button.findall(client.get(REAL + "comparison/").content.decode())
        assert shown == {"editor": "primary", "approver": "primary", "auditor": "secondary"}

    def test_columns_may_be_swapped(self, client, real):
        html = client.get(REAL + "comparison/?first=current").content.decode()
        heads = re.findall(r'<th scope="col">(.*?)</th>', html)
        assert heads == ["現行", "変更案"]

    def test_consolidated_without_marks(self, client, real):
        html = client.get(REAL + "comparison/?view=consolidated&marks=no").content.decode()
        assert "<ins>" not in html

    def test_what_cannot_be_read_is_named_and_the_table_stands(self, client, real):
        response = client.get(REAL + "comparison/?view=none&extent=full")
        assert rows(response) == 41
        assert "見せ方は、一覧から選んでください。" in words(response)
        assert '<details class="show-form" open>' in response.content.decode()

    def test_differences_that_are_not_marked_are_listed(self, client):
        draft, (_, one, *_) = make_scene(client)
        amending.reword(draft, one, "項目１の推進", by=None)
        page = words(client.get(address(draft, "comparison")))
        assert "まだ変更箇所がありません" in page
        assert "1.「項目１の推進」：全角・半角のみの差" in page


class TestForm:
    DATA = {
        "first": "current",
        "proposed_title": "改正案",
        "current_title": "現行",
        "same": "（略）",
        "unchanged": "run",
        "elide": "no",
        "moves": "track",
        "remarks": "備考",
    }

    def posted(self, client, draft, **changes):
        data = self.DATA | {"seen": drafting.table_form_fingerprint(draft)} | changes
        return client.post(address(draft, "comparison", "form"), data)

    def test_an_editor_stores_the_form_in_which_the_table_is_issued(self, client):
        draft, (_, one, *_) = make_scene(client)
        amending.reword(draft, one, "項目1の振興", by=None)
        response = self.posted(client, draft)
        assert response["Location"] == address(draft, "comparison")
        form = TableForm.objects.get()
        assert (form.values(), form.history.get().history_change_reason) == (
            self.DATA | {"elide": False},
            "表の書式の変更",
        )
        assert draft.contributions.count() == 1
        html = client.get(address(draft, "comparison")).content.decode()
        heads = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', html)
        assert heads == ["現行", "改正案", "備考"]
        snapshot = take_snapshot(Amendment.objects.get(pk=draft.pk), by=None)
        settings = snapshot.data["settings"]
        assert (settings["columns"], settings["same"], settings["omitted"]) == (
            ["改正案", "現行"],
            "（略）",
            "（略）",
        )
        assert snapshot.data["comparison"]["first"] == "current"

    def test_the_columns_need_two_titles(self, client):
        draft, _ = make_scene(client)
        page = words(self.posted(client, draft, proposed_title="現行"))
        assert "左右の欄の見出しは、別の語にしてください。" in page
        page = words(self.posted(client, draft, proposed_title="", first="x"))
        assert "変更案の欄の見出しを入力してください。" in page
        assert "欄の順は、一覧から選んでください。" in page
        assert not TableForm.objects.exists()

    def test_who_was_slower_sees_both(self, client):
        draft, _ = make_scene(client)
        seen = drafting.table_form_fingerprint(draft)
        drafting.change_table_form(draft, by=make_user(), remarks="理由")
        response = self.posted(client, Amendment.objects.get(pk=draft.pk), seen=seen)
        assert response.status_code == 409
        assert "いま保存されている書式" in words(response)
        assert "理由" in words(response)

    def test_only_a_draft_is_given_a_form(self, client):
        draft, (_, one, *_) = make_scene(client)
        amending.reword(draft, one, "項目1の振興", by=None)
        procedure.submit(draft, by=make_user())
        assert self.posted(client, draft).status_code == 403


class TestAppendix:
    def test_cell_by_cell(self, client, real):
        response = client.get(REAL + "comparison/appendix/")
        page = words(response)
        assert response.content.decode().count(">（新設）</td>") == 3
        assert "2.5. AI駆動型研究の高度化に向けた研究開発の推進" in page

    def test_nothing_to_compare(self, client):
        draft, _ = make_scene(client)
        page = words(client.get(address(draft, "comparison", "appendix")))
        assert "評価軸と指標には、変更箇所がありません。" in page

    def test_the_pdf_is_recorded_as_taken_out(self, client, real):
        response = client.get(REAL + "comparison/appendix.pdf")
        assert response.content[:5] == b"%PDF-"
        record = AccessRecord.objects.get(kind="export")
        assert record.detail == "別紙対照表_2026-01-28（未発行）"


class TestVersions:
    def test_without_versions_a_form_asks_which(self, client, real):
        response = client.get("/jst/5/comparison/")
        assert "二つの版を比べる" in words(response)
        assert "before:baseline" not in response.content.decode()
        values = {field.name: field.value() for field in response.context["form"]}
        old = "before:2026-01-28"
        assert values == {"old": old, "old_on": None, "new": "with:2026-01-28", "new_on": None}

    def test_today_is_proposed_beside_a_baseline(self, client):
        period = make_period()
        baseline, _ = make_baseline(period)
        client.force_login(make_user(period.agency, "editor"))
        form = client.get(f"/{period.agency.code}/5/comparison/").context["form"]
        values = {field.name: field.value() for field in form}
        today, new = written(timezone.localdate()), f"with:{baseline.slug}"
        assert values == {"old": "on", "old_on": today, "new": new, "new_on": None}

    def test_two_versions(self, client, real):
        response = client.get(versions(real, "on:2026-02-01"))
        assert rows(response) == 41
        assert "令和8年2月1日現在 から 変更案（2026-01-28） への変更" in words(response)
        title = f"<title>新旧対照表：変更案「{real.title}」 ← 令和8年2月1日現在"
        assert title in response.content.decode()

    def test_what_is_chosen_has_a_short_address(self, client, real):
        chosen = "?old=on&old_on=令和8年2月1日&new=with:2026-01-28&new_on="
        response = client.get("/jst/5/comparison/" + chosen)
        assert response.status_code == 302
        assert (
            response["Location"] == "/jst/5/comparison/?old=on%3A2026-02-01&new=with%3A2026-01-28"
        )

    def test_a_day_before_anything_keeps_the_form(self, client, real):
        page = words(client.get("/jst/5/comparison/?old=on:2026-01-27&new=with:2026-01-28"))
        message = "「令和8年1月27日現在」：この日の本文は登録されていません。"
        assert message in page
        assert "アドレスで指定した版（on:2026-01-27）" in page
        assert (
            client.get("/jst/5/comparison.pdf?old=on:2026-01-27&new=with:2026-01-28")
            .content.decode()
            .count(message)
            == 1
        )

    def test_of_two_equal_ones(self, client, real):
        page = words(client.get(versions(real, "with:2026-01-28")))
        assert "この二つの版に、違いはありません。" in page

    def test_what_is_no_version_is_to_be_chosen_again(self, client, real):
        page = words(client.get(versions(real, "x")))
        assert (
            "比べる元（変更の前）の「x」という版はありません。一覧から選び直してください。" in page
        )
        page = words(client.get(versions(real, "with:2026-01-28@2020-01-01T00:00")))
        assert "まだありませんでした" in page
        page = words(client.get("/jst/5/comparison/?old=on:2026-04-01"))
        assert "比べる先（変更の後）を選んでください。" in page

    def test_a_form_of_the_table_can_be_asked_for(self, client, real):
        response = client.get(versions(real, "on:2026-02-01") + "&view=inline&extent=full")
        assert rows(response) == 265
        hidden = '<input type="hidden" name="old" value="on:2026-02-01">'
        assert hidden in response.content.decode()

    def test_reading_a_draft_is_recorded(self, client, real):
        client.get(versions(real, "on:2026-02-01"))
        assert AccessRecord.objects.filter(kind="draft_read").count() == 1

    def test_the_pdf_says_that_it_is_not_issued(self, client, real):
        response = client.get(versions(real, "on:2026-02-01").replace("/?", ".pdf?"))
        assert response.content[:5] == b"%PDF-"
        name = quote("新旧対照表_未発行.pdf")
        assert response["Content-Disposition"] == f"attachment; filename*=utf-8''{name}"
        assert AccessRecord.objects.filter(kind="export").count() == 1

    def test_the_pdf_of_no_versions_is_the_form(self, client, real):
        assert "二つの版を比べる" in words(client.get("/jst/5/comparison.pdf"))


class TestPaper:
    @pytest.fixture
    def published(self, client):
        """A published amendment that rewords an item and adds an axis; the client is an editor's."""
        draft, (_, one, *_) = make_scene(client)
        amending.reword(draft, one, "項目1の振興", by=None)
        amending.insert(draft, "evaluation_axis", parent=one, text="新しい軸", by=None)
        decide(draft, dt.date(2024, 4, 1))
        for amendment in draft.period.amendments.all():
            procedure.publish(amendment, by=make_user(), published_on=timezone.localdate())
        return draft

    def test_what_is_long_is_made_for_who_has_signed_in(self, client, published, monkeypatch):
        monkeypatch.setattr(comparisons, "LONGEST_IN_A_REQUEST", 0)
        versions_pdf = versions(published, "on:2024-03-31").replace("/?", ".pdf?")
        for page in (versions_pdf, address(published, "comparison") + "appendix.pdf"):
            refused = Client().get(page)
            assert refused.status_code == 403
            assert "のPDFは、サインインすると作れます。" in words(refused)
            assert client.get(page).content[:5] == b"%PDF-"

    def test_the_same_is_not_made_twice(self, client, published, monkeypatch):
        page = address(published, "comparison") + "appendix.pdf"
        made = client.get(page).content
        monkeypatch.setattr(pdf, "render_pdf", None)
        assert Client().get(page).content == made

    def test_a_character_without_a_glyph_is_the_writers_to_mend(self, client):
        draft, (_, one, *_) = make_scene(client)
        amending.insert(draft, "evaluation_axis", parent=one, text="軸", by=None)
        draft.wordings.update(text="絵文字😀")  # past the check of what may be typed
        response = client.get(address(draft, "comparison") + "appendix.pdf")
        assert response.status_code == 422
        assert "PDFに印刷できない文字があります：「😀」（U+1F600）" in words(response)


class TestEarlierVersions:
    def test_the_version_that_the_council_saw_is_one_click_away(self, client):
        draft, (_, one, *_) = make_scene(client)
        amending.reword(draft, one, "項目1の振興", by=None)
        seen = take_snapshot(draft, by=None)
        kind = StepKind(
            agency=draft.period.agency, position=1, name="意見聴取", body="国立研究開発法人審議会"
        )
        history.save(kind, by=None, reason="試験")
        step = ProcedureStep(amendment=draft, kind=kind, snapshot=seen)
        history.save(step, by=None, reason="試験")
        amending.reword(draft, one, "項目1の高度化", by=None)
        take_snapshot(draft, by=make_user())
        response = client.get(address(draft))
        page = words(response)
        assert "前回の審議会に出した版からの変更 （第1版）" in page
        assert page.count("この版からの変更") == 2
        assert "国立研究開発法人審議会" in page
        link = re.search(r'href="([^"]+)">前回の審議会', response.content.decode())
        compared = client.get(link[1].replace("&amp;", "&"))
        assert "項目1の 削除 振興" in words(compared)

    def test_or_the_one_submitted_before(self, client):
        draft, (_, one, *_) = make_scene(client)
        amending.reword(draft, one, "項目1の振興", by=None)
        procedure.submit(draft, by=make_user())
        assert "からの変更" not in words(client.get(address(draft)))
        procedure.send_back(draft, by=make_user(), reason="直してください")
        assert "前に提出した版からの変更" in words(client.get(address(draft)))

    def test_the_agency_sees_the_versions_since_it_was_shared(self, client):
        draft, (_, one, *_) = make_scene(client)
        take_snapshot(draft, by=None)
        drafting.share(draft, by=make_user())
        amending.reword(draft, one, "項目1の振興", by=None)
        take_snapshot(draft, by=None)
        client.force_login(make_user(draft.period.agency, "agency"))
        page = words(client.get(address(draft)))
        assert ("第1版" in page, "第2版" in page) == (False, True)
