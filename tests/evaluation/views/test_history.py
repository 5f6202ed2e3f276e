"""The page of histories: auditors only, every filter, pages, and files without live formulas."""

import io
from urllib.parse import quote

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from evaluation import amending
from evaluation.views import history as page
from evaluation.views.history import HEADER
from jst_objectives import history
from programs.models import AccessRecord, Fund
from tests.factories import make_baseline, make_draft, make_period, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def period():
    return make_period()


@pytest.fixture
def auditor(period, client):
    user = make_user(period.agency, "auditor", username="auditor")
    client.force_login(user)
    return user


def read(client, **query):
    response = client.get(reverse("history"), query)
    assert response.status_code == 200
    return response.content.decode()


def take(client, **query):
    return client.get(reverse("history_export"), query)


# --- Who ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["history", "history_export"])
@pytest.mark.parametrize("role", ["editor", "approver", "agency", "assessor", "maintainer"])
def test_other_roles_are_told_why(period, client, name, role):
    client.force_login(make_user(period.agency, role))
    response = client.get(reverse(name))
    assert response.status_code == 403
    assert "履歴を見られるのは監査者です。" in response.content.decode()
    assert AccessRecord.objects.get().detail == "履歴を見られるのは監査者です。"


@pytest.mark.parametrize("name", ["history", "history_export"])
def test_sign_in_comes_first(client, name):
    response = client.get(reverse(name))
    assert response["Location"] == f"{reverse('account_login')}?next={reverse(name)}"


def test_the_tab_names_whose_history_it_is(period, client, auditor):
    make_baseline(period)
    draft = make_draft(period)
    assert "<title>履歴" + "：" not in read(client)
    for asked in ({"amendment": draft.pk}, {"subject": f"amendment-{draft.pk}"}):
        title = draft.title if "amendment" in asked else f"変更『{draft.title}』"
        assert f"<title>履歴：{title}" in read(client, **asked)
    other = make_draft(make_period())  # of which nothing is found
    html = read(client, subject=f"amendment-{other.pk}")
    assert other.title not in html


@pytest.mark.parametrize("name", ["history", "history_export"])
def test_nothing_can_be_sent(client, auditor, name):
    assert client.post(reverse(name)).status_code == 405


def test_another_agency_is_not_shown(client, auditor, period):
    other = make_period()
    history.save(Fund(agency=other.agency, name="よその基金"), by=None, reason="登録")
    assert "よその基金" not in read(client)
    assert "よその基金" not in take(client).content.decode("utf-8-sig")
    assert "法人は、一覧から選んでください。" in read(client, agency=other.agency.code)


# --- What -----------------------------------------------------------------------------------------
def test_a_change_is_shown_with_person_time_reason_and_links(client, auditor, period):
    _, (_, one, *_) = make_baseline(period)
    editor = make_user(period.agency, "editor", username="hanako")
    draft = make_draft(period, by=editor)
    amending.reword(draft, one, "項目1の支援", by=editor)
    amending.reword(draft, one, "項目1の育成", by=editor)
    text = read(client, kind="wording", person="hanako")
    assert "<strong>2件</strong>" in text
    assert "文言：項目「項目1の育成」" in text
    assert "操作：文言の変更" in text
    assert '項目1の<del><span class="visually-hidden">削除</span>支援</del>' in text
    assert '項目1の<ins><span class="visually-hidden">追加</span>育成</ins>' in text
    place = [period.agency.code, period.number, draft.slug]
    assert f'<a href="{reverse("amendment", args=place)}">{draft}</a>' in text
    subject = f"wording-{draft.wordings.get().pk}"
    assert f'href="?subject={subject}"' in text
    assert "だけを表示しています" in read(client, subject=subject)


def test_refusals_and_exports_are_in_the_same_list(client, auditor, period):
    client.get("/none/1/")
    take(client)
    text = read(client, person="auditor")
    assert "この中長期目標は、登録されていないか、見る権限がありません。" in text
    assert "ページ：/none/1/" in text
    assert "履歴" in text
    assert AccessRecord.objects.filter(kind="export").count() == 1


def test_texts_are_inert(client, auditor, period):
    hostile = "<script>alert(1)</script>=1+1"
    history.save(Fund(agency=period.agency, name=hostile), by=None, reason=hostile)
    text = read(client)
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_an_empty_list_says_what_to_do(client, auditor):
    assert "条件に合う記録はありません。" in read(client, person="だれでもない")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"since": "1月"}, "この日からの「1月」を読み取れません。"),
        ({"until": "2026-13-01"}, "「2026-13-01」"),
        ({"since": "2026-02-01", "until": "2026-01-01"}, "「この日から」以後の日付を"),
        ({"kind": "password"}, "対象・記録の種類は、一覧から選んでください。"),
        ({"amendment": "x"}, "変更は、一覧から選んでください。"),
        ({"agency": "x"}, "法人は、一覧から選んでください。"),
        ({"subject": "session-1"}, "対象の指定を読み取れません。"),
        ({"subject": "fund-1x"}, "対象の指定を読み取れません。"),
        ({"subject": "fund-99999999999999999999"}, "対象の指定を読み取れません。"),
        ({"person": "a\u202eb"}, "操作した人の2文字目の文字（U+202E）"),
        ({"person": "a" * 101}, "操作した人は100文字以内で入力してください。"),
    ],
)
def test_a_filter_that_cannot_be_read_is_named(client, auditor, query, words):
    for text in (read(client, **query), take(client, **query).content.decode()):
        assert "入力内容を確かめてください" in text
        assert words in text
        assert "<title>エラー：" in text
    assert not AccessRecord.objects.filter(kind="export").exists()


def test_records_of_access_are_not_sought_by_item(client, period, auditor):
    _, (item, *_) = make_baseline(period)
    words = "アクセスの記録は、項目では絞れません。「項目」を空にして探してください。"
    assert words in read(client, kind="export", item=item.pk)
    assert words not in read(client, kind="clause", item=item.pk)


# --- Pages ----------------------------------------------------------------------------------------
def test_pages_keep_the_filters(client, auditor, period):
    for number in range(page.PER_PAGE + 1):
        history.save(Fund(agency=period.agency, name=f"基金{number}"), by=None, reason="登録")
    first = read(client, kind="fund", since="2020-01-01")
    assert f"のうち 1～{page.PER_PAGE}件目" in first
    assert 'href="?kind=fund&amp;since=2020-01-01&amp;page=2"' in first
    assert "基金：基金0<" not in first
    last = read(client, kind="fund", page="99")
    assert "基金：基金0<" in last
    assert 'href="?kind=fund&amp;page=1"' in last
    assert f"のうち 1～{page.PER_PAGE}件目" in read(client, kind="fund", page="x")


# --- Files ----------------------------------------------------------------------------------------
def test_csv(client, auditor, period):
    history.save(Fund(agency=period.agency, name="=1+1"), by=auditor, reason="@登録")
    response = take(client, kind="fund", format="csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith(
        "attachment; filename*=utf-8''" + quote("履歴")
    )
    assert response.content.startswith(b"\xef\xbb\xbf")
    header, first, second, *rest = response.content.decode("utf-8-sig").split("\r\n")
    assert header == ",".join(f'"{name}"' for name in HEADER)
    assert first.split(",")[1:8] == [
        '"試験 太郎（auditor）"',
        '"作成"',
        '"基金"',
        '"\'=1+1"',
        '"法人"',
        '""',
        f'"{period.agency.name}"',
    ]
    assert '"\'@登録"' in second
    assert rest == [""]


def test_xlsx(client, auditor, period):
    history.save(Fund(agency=period.agency, name="=1+1"), by=auditor, reason="登録")
    response = take(client, kind="fund", format="xlsx")
    assert response["Content-Type"] == page.XLSX
    sheet = load_workbook(io.BytesIO(response.content)).active
    assert [cell.value for cell in sheet[1]] == list(HEADER)
    assert (sheet["E2"].value, sheet["E2"].data_type, sheet.max_row) == ("=1+1", "s", 3)


def test_an_export_is_recorded_with_its_conditions(client, auditor, period):
    take(client, kind="fund", person="太郎", format="csv")
    record = AccessRecord.objects.get()
    assert (record.kind, record.user, record.agency) == ("export", auditor, period.agency)
    assert record.detail == "履歴0件（kind=fund&person=太郎&format=csv）"
    assert record.path == reverse("history_export")


def test_too_much_for_one_file_is_refused(client, auditor, period, monkeypatch):
    monkeypatch.setattr(page, "MOST_EXPORTED", 1)
    for name in ("甲", "乙"):
        history.save(Fund(agency=period.agency, name=name), by=None, reason="登録")
    text = take(client, kind="fund").content.decode()
    assert (
        "該当する2件は、一度に出力できる1件を超えています。日付などで絞り込んでください。" in text
    )
    assert not AccessRecord.objects.exists()
