"""Starting a draft, and its facts."""

import datetime as dt

import pytest

from evaluation import drafting
from evaluation.models import Amendment
from tests.factories import make_baseline, make_draft, make_period, make_user, submit

pytestmark = pytest.mark.django_db

STARTED = {
    "title": "中長期目標の変更",
    "slug": "2026-10-01",
    "office": "人材政策課",
    "paper_date": "令和8年10月1日",
}


@pytest.fixture
def period():
    return make_period()


@pytest.fixture
def editor(period, client):
    editor = make_user(period.agency, "editor")
    client.force_login(editor)
    return editor


def new(period):
    return f"/{period.agency.code}/5/amendments/new/"


def facts(draft):
    return f"/{draft.period.agency.code}/5/amendments/{draft.slug}/facts/"


def test_an_editor_starts_a_draft_and_holds_it(client, period, editor):
    baseline, _ = make_baseline(period)
    page = client.get(new(period)).content.decode()
    assert f'href="/{period.agency.code}/5/amendments/{baseline.slug}/corrections/"' in page
    response = client.post(new(period), STARTED | {"kind": "correction"})
    assert response.status_code == 302
    assert response["Location"] == f"/{period.agency.code}/5/amendments/2026-10-01/"
    draft = Amendment.objects.get(slug="2026-10-01")
    assert (draft.title, draft.office, draft.kind) == (
        "中長期目標の変更",
        "人材政策課",
        "amendment",
    )
    assert (draft.paper_date, draft.state) == (dt.date(2026, 10, 1), "draft")
    assert (draft.holder, draft.based_on) == (editor, baseline)
    assert draft.contributions.get().user == editor
    row = draft.history.get()
    assert (row.history_user, row.history_change_reason) == (editor, "起案")


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("title", "", "件名を入力してください。"),
        ("title", "件\x07名", "件名の2文字目"),
        ("title", "件名😀", "件名の「😀」（U+1F600）は、印刷に使う書体にありません。"),
        ("office", "😀課", "担当課の「😀」（U+1F600"),
        ("slug", "", "識別名を入力してください（例：2026-10-01）。"),
        ("slug", "new", "識別名「new」は使えません。別の名前にしてください。"),
        ("slug", "2026_10", "識別名は、半角の小文字・数字・ハイフンで、"),
        ("slug", "Ａ", "識別名は、半角の小文字・数字・ハイフンで、"),
        ("slug", "-a", "識別名は、半角の小文字・数字・ハイフンで、"),
        ("slug", "taken", "識別名「taken」の変更が、この期間にすでにあります。"),
        ("paper_date", "あした", "資料の日付の「あした」を読み取れません。"),
    ],
)
def test_what_is_typed_wrong_is_explained_and_nothing_is_written(
    client, period, editor, field, value, message
):
    make_draft(period).__class__.objects.update(slug="taken")
    html = client.post(new(period), STARTED | {field: value}).content.decode()
    assert message in html
    assert "<title>エラー：" in html
    assert Amendment.objects.count() == 1


@pytest.mark.parametrize("role", ["approver", "agency", "assessor", "auditor", "maintainer"])
def test_others_start_nothing(client, period, role):
    client.force_login(make_user(period.agency, role))
    for response in (client.get(new(period)), client.post(new(period), STARTED)):
        assert response.status_code == 403
        words = f"起案は、{period.agency.short_name}を担当する起案者だけができます。"
        assert words in response.content.decode()
    assert not Amendment.objects.exists()


def test_strangers_and_other_methods(client, period, editor):
    assert client.delete(new(period)).status_code == 405
    client.force_login(make_user(make_period().agency, "editor"))
    assert client.get(new(period)).status_code == 404
    assert client.get(facts(make_draft(period))).status_code == 404


def test_an_editor_edits_the_facts_of_a_draft(client, period, editor):
    draft = make_draft(period, office="課", paper_date=dt.date(2026, 4, 1))
    html = client.get(facts(draft)).content.decode()
    assert 'value="令和8年4月1日"' in html
    changed = {"title": "新しい件名", "office": "", "paper_date": "R8.5.1", "memo_title": "理由"}
    changed["seen"] = drafting.fingerprint(draft)
    response = client.post(facts(draft), changed)
    assert response.status_code == 302
    draft.refresh_from_db()
    assert (draft.title, draft.office, draft.memo_title) == ("新しい件名", "", "理由")
    assert draft.paper_date == dt.date(2026, 5, 1)
    assert draft.history.first().history_user == editor


def test_facts_typed_wrong_stay_typed(client, period, editor):
    draft = make_draft(period)
    html = client.post(facts(draft), {"title": "件名", "paper_date": "2026-13-01"}).content.decode()
    assert "資料の日付の「2026-13-01」という日はありません。" in html
    assert 'value="2026-13-01"' in html
    draft.refresh_from_db()
    assert draft.title != "件名"


def test_what_was_submitted_keeps_its_facts(client, period, editor):
    draft = make_draft(period)
    submit(draft, by=editor)
    response = client.post(facts(draft), {"title": "遅い件名"})
    assert response.status_code == 403
    assert "編集ができるのは、起案中の変更案だけです。" in response.content.decode()


def test_the_slower_of_two_editors_sees_both_and_loses_nothing(client, period, editor):
    draft = make_draft(period, office="課")
    opened = client.get(facts(draft)).context["form"]["seen"].value()
    other = make_user(period.agency, "editor")
    theirs = {"office": "先の課", "paper_date": dt.date(2026, 4, 1)}
    drafting.change_facts(draft, by=other, seen=opened, **theirs)
    typed = {"title": "後の件名", "office": "後の課", "seen": opened}
    response = client.post(facts(draft), typed)
    html = response.content.decode()
    assert response.status_code == 409
    assert "<strong>まだ保存していません。</strong>" in html
    assert f"最後の変更：試験 太郎（{other.username}）、" in html
    assert "<dd>先の課</dd>" in html
    assert "<dd>令和8年4月1日（2026年）</dd>" in html
    assert 'value="後の件名"' in html
    assert 'value="後の課"' in html
    draft.refresh_from_db()
    assert draft.office == "先の課"
    typed["seen"] = response.context["form"]["seen"].value()
    assert client.post(facts(draft), typed).status_code == 302
    draft.refresh_from_db()
    assert (draft.title, draft.office) == ("後の件名", "後の課")


def test_facts_without_what_was_seen_are_not_saved(client, period, editor):
    draft = make_draft(period)
    html = client.post(facts(draft), {"title": "件名"}).content.decode()
    assert "ページを開き直してから、もう一度やり直してください。" in html
    draft.refresh_from_db()
    assert draft.title != "件名"
