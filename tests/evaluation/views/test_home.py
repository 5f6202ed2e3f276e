"""The start page: for everybody what is published, for each role what waits."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from evaluation import amending, drafting, procedure
from evaluation.loading import load_source
from tests.factories import DAY, decide, make_baseline, make_draft, make_period, make_user, submit

pytestmark = pytest.mark.django_db

NOTHING = "いま、あなたを待っていることはありません。"


def home(client):
    response = client.get("/")
    assert response.status_code == 200
    return response.content.decode()


def test_the_public_is_told_when_nothing_is_published(client):
    make_baseline(make_period())
    html = home(client)
    assert "公表された中長期目標は、まだありません。" in html
    assert "変更案" not in html
    assert "私の作業" not in html


def test_the_public_is_led_to_what_is_published(client):
    load_source()
    html = home(client)
    assert "国立研究開発法人科学技術振興機構　第5期中長期目標" in html
    assert "主務大臣が定めた中長期目標の本文" in html
    for address in (
        "/jst/5/",
        "/jst/5/appendix/",
        "/jst/5/policy/",
        "/programmes/",
        "/jst/5/amendments/baseline/",
    ):
        assert f'href="{address}"' in html
    assert "2026-01-28/" not in html
    assert "令和4年度（2022年度）～令和8年度（2026年度）" in html


def test_what_is_decided_but_not_published_is_for_the_roles_only(client):
    period = make_period()
    baseline, (_, one, *_) = make_baseline(period)
    approver = make_user(period.agency, "approver")
    procedure.publish(baseline, by=approver, published_on=DAY)
    draft = make_draft(period)
    amending.reword(draft, one, "項目1の刷新", by=None)
    decide(draft, timezone.localdate() + dt.timedelta(days=1))
    assert draft.title not in home(client)
    client.force_login(approver)
    html = home(client)
    assert draft.title in html
    assert '<span class="chip">適用前</span>' in html
    assert "未公表" in html


def test_who_has_no_role_is_told_what_to_do(client):
    client.force_login(make_user())
    html = home(client)
    assert "見ることのできる中長期目標がありません。" in html
    assert NOTHING in html


@pytest.mark.parametrize(
    ("role", "words"),
    [
        ("editor", "新しい変更案を起案する"),
        ("approver", "変更案は、いまはありません。"),
        ("agency", "あなたが読める変更案は、いまはありません。"),
        ("assessor", "実績の進みを、項目と年度で見る"),
        ("auditor", "だれが何を変えたかを、履歴で確かめる"),
        ("maintainer", "利用者と役割を、保守のページで整える"),
    ],
)
def test_every_role_has_its_entry_when_nothing_waits(client, role, words):
    period = make_period()
    client.force_login(make_user(period.agency, role))
    html = home(client)
    assert NOTHING in html
    assert words in html


@pytest.mark.parametrize(
    ("role", "reads"),
    [("agency", True), ("assessor", True), ("auditor", True), ("maintainer", False)],
)
def test_results_and_grades_have_doors_for_who_reads_them(client, role, reads):
    period = make_period()
    baseline, _ = make_baseline(make_period())
    publisher = make_user(baseline.period.agency, "approver")
    procedure.publish(baseline, by=publisher, published_on=DAY)
    other = baseline.period  # seen by everybody, its results are not
    client.force_login(make_user(period.agency, role))
    html = home(client)
    for name in ("indicators", "grades"):
        address = reverse(name, args=[period.agency.code, period.number])
        assert (f'href="{address}"' in html) is reads
        assert reverse(name, args=[other.agency.code, other.number]) not in html
    assert reverse("objectives", args=[other.agency.code, other.number]) in html


def test_what_was_sent_back_stands_first_with_its_words(client):
    period = make_period()
    editor = make_user(period.agency, "editor")
    draft = make_draft(period, by=editor, holder=editor)
    submit(draft, by=editor)
    procedure.send_back(draft, by=make_user(), reason="2.5の評価軸を\n直してください。")
    client.force_login(editor)
    html = home(client)
    assert "私の作業（1件）" in html
    assert "差し戻された変更案を直す" in html
    assert "2.5の評価軸を<br>直してください。" in html
    assert html.index("差し戻された") < html.index('<h2 id="drafts">変更案</h2>')


def test_drafts_are_listed_with_state_holder_and_last_change(client):
    period = make_period()
    _, (_, one, *_) = make_baseline(period)
    editor = make_user(period.agency, "editor")
    held, free = make_draft(period, holder=editor), make_draft(period)
    amending.reword(held, one, "項目1の刷新", by=None)
    gone = make_draft(period)
    procedure.withdraw(gone, by=editor, reason="不要")
    client.force_login(editor)
    response = client.get("/")
    # The wording was changed after the other draft was started.
    assert [d.title for d in response.context["drafts"]] == [held.title, free.title]
    assert [d.title for d in response.context["withdrawn"]] == [gone.title]
    html = response.content.decode()
    assert html.count('<span class="chip draft">起案中</span>') == 2
    assert ">試験 太郎</td>" in html
    assert ">未定</td>" in html
    assert "取り下げた変更案（1）" in html


def test_the_agency_sees_only_what_is_shared(client):
    period = make_period()
    shared, secret = make_draft(period), make_draft(period)
    drafting.share(shared, by=make_user(period.agency, "editor"))
    client.force_login(make_user(period.agency, "agency"))
    html = home(client)
    assert "共有された変更案を読む" in html
    assert shared.title in html
    assert secret.title not in html


def test_other_agencies_stay_unseen(client):
    period = make_period()
    make_baseline(period)
    draft = make_draft(period)
    client.force_login(make_user(make_period().agency, "editor"))
    html = home(client)
    assert draft.title not in html
    assert period.agency.name not in html


def test_only_reading_is_answered(client):
    client.force_login(make_user())
    assert client.post("/").status_code == 405
