"""The page on which a change is prepared for other agencies."""

import pytest
from django.test import Client

from evaluation import amending
from evaluation.models import Amendment
from jst_objectives import history
from programs.models import Role
from tests.evaluation.test_applying import SHARED, text_with
from tests.evaluation.views.drafts import address, words
from tests.factories import make_draft, make_period, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(client):
    """A draft that fits one of two other agencies of its editor."""
    here, there, elsewhere = make_period(), make_period(), make_period()
    (_, _, body), *_ = (
        text_with(here, SHARED),
        text_with(there, SHARED),
        text_with(elsewhere, item="別"),
    )
    editor = make_user(here.agency, "editor")
    for period in (there, elsewhere):
        history.save(Role(user=editor, agency=period.agency, role="editor"), by=None, reason="試験")
    client.force_login(editor)
    draft = make_draft(here, by=editor)
    amending.reword(draft, body, SHARED.replace("適切", "厳正"), by=editor)
    return draft, there, elsewhere


def drafts(period):
    return list(period.amendments.filter(state=Amendment.State.DRAFT))


def test_what_fits_is_shown_with_its_marks_and_what_does_not_with_its_reason(client, scene):
    draft, there, elsewhere = scene
    page = words(client.get(address(draft, "other-agencies")))
    assert f"{there} この法人に、次の1件の変更を入れた変更案を作る" in page
    assert "変更 厳正" in page
    assert f"{elsewhere} この法人の本文に当てはまる変更がありません。" in page
    assert "同じ条項が見つかりません。" in page
    assert "他の法人にも同じ変更を用意する" in words(client.get(address(draft)))


def test_the_chosen_draft_is_made_and_shown(client, scene):
    draft, there, elsewhere = scene
    (plan, _) = client.get(address(draft, "other-agencies")).context["plans"]
    data = {"period": there.pk, f"seen-{there.pk}": plan.seen}
    response = client.post(address(draft, "other-agencies"), data, follow=True)
    (made,) = drafts(there)
    assert response.redirect_chain == [(made.get_absolute_url(), 302)]
    assert f"{there}に、変更案「{made}」を用意しました。" in words(response)
    assert drafts(elsewhere) == []


def test_several_lead_to_the_start_page(client, scene):
    draft, there, elsewhere = scene
    chapter = {"label": "Ⅶ", "text": "どの法人にも加える章"}
    amending.insert(draft, "chapter", parent=None, **chapter, by=make_user())
    plans = client.get(address(draft, "other-agencies")).context["plans"]
    data = {f"seen-{plan.period.pk}": plan.seen for plan in plans}
    data["period"] = [str(plan.period.pk) for plan in plans]
    assert client.post(address(draft, "other-agencies"), data)["Location"] == "/"
    assert (len(drafts(there)), len(drafts(elsewhere))) == (1, 1)


def test_nothing_chosen_and_something_changed_are_told(client, scene):
    draft, there, _ = scene
    where = address(draft, "other-agencies")
    assert "用意する法人を選んでください。" in words(client.post(where))
    page = words(client.post(where, {"period": there.pk, f"seen-{there.pk}": "old"}))
    assert f"{there}：その間に、本文か変更案が変わりました。" in page
    assert drafts(there) == []


def test_a_period_that_is_not_one_s_own_is_no_choice(client, scene):
    draft, there, _ = scene
    other = Client()
    other.force_login(make_user(draft.period.agency, "editor"))
    where = address(draft, "other-agencies")
    assert "あなたが起案者で、本文が登録されている他の法人はありません。" in words(other.get(where))
    assert other.post(where, {"period": there.pk, f"seen-{there.pk}": "x"}).status_code == 200
    assert drafts(there) == []
