"""The reasons of a draft: listed with what they explain, added, edited, deleted."""

import copy

import pytest
from django.test import Client

from evaluation import amending, reasoning
from evaluation.models import AmendmentReason
from tests.evaluation.views.drafts import address, errors, make_scene, sign_in, words
from tests.factories import make_period, make_user

pytestmark = pytest.mark.django_db
DATA = {"group": "new", "new_group": "補正予算", "title": "半導体", "text": "補正予算による。"}
KIND = {"kind": "supplementary_budget"}


@pytest.fixture(scope="module")
def made(module_rows):
    draft, clauses = make_scene(Client())
    return draft, *clauses


@pytest.fixture
def scene(made, client):
    sign_in(client, made[0])
    return copy.deepcopy(made)


def add(draft, title="半導体", group="補正予算"):
    return reasoning.add(draft, group=group, title=title, text="理由。", by=None, **KIND)


def test_reasons_are_listed_with_what_they_explain(client, scene):
    draft, _, one, two, _ = scene
    amending.reword(draft, one, "項目1の一層の推進", by=None, reason=add(draft))
    amending.repeal(draft, two, by=None)
    add(draft, title="人材")
    page = words(client.get(address(draft, "reasons")))
    assert "理由のない変更（2）" in page
    assert "2. 項目2の推進 削る 2. 項目2の推進の本文「項目2を推進する。」 削る" in page
    assert "1. 補正予算 半導体 補正予算 理由。 この理由による変更（1） 1. 項目1の一層の推進" in page
    assert "人材 補正予算 理由。 この理由による変更はまだありません。" in page


def test_an_empty_list_says_so(client, scene):
    page = words(client.get(address(scene[0], "reasons")))
    assert "変更理由はまだありません。" in page


def test_a_reason_is_added_to_a_new_group_and_then_to_that_one(client, scene):
    draft, *_ = scene
    where = address(draft, "reasons")
    assert client.post(where, DATA | KIND)["Location"] == where
    group = draft.reason_groups.get()
    client.post(where, DATA | KIND | {"group": group.pk, "title": "人材"})
    assert [reason.title for reason in group.reasons.all()] == ["半導体", "人材"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"new_group": ""}, "新しい区分の見出しを入力してください。"),
        ({"group": "7777"}, "この変更案の区分から選んでください。"),
        ({"title": ""}, "変更事項を入力してください。"),
        ({"text": ""}, "変更する理由の説明を入力してください。"),
        ({"kind": ""}, "理由の種類を選んでください。"),
        (
            {"text": "甲\u202e"},
            (
                "変更する理由の説明の2文字目の文字（U+202E）は文字の並ぶ向きを変える文字のため、"
                "使えません。削除してください。"
            ),
        ),
    ],
)
def test_what_cannot_be_kept_is_refused(client, scene, data, message):
    draft, *_ = scene
    response = client.post(address(draft, "reasons"), DATA | KIND | data)
    assert (response.status_code, errors(response)) == (200, [message])
    assert AmendmentReason.objects.count() == 0


def test_the_group_is_chosen_and_not_given_twice(client, scene):
    draft, *_ = scene
    where = address(draft, "reasons")
    assert client.get(where).context["form"]["group"].value() == "new"
    group = add(draft).group
    form = client.get(where).context["form"]
    assert form["group"].value() == ""
    assert form.fields["group"].choices[0] == ("", "選んでください")
    response = client.post(where, DATA | KIND | {"group": group.pk, "new_group": "法改正"})
    assert errors(response) == [
        "区分と、新しい区分の見出しの両方が入っています。「新しい区分を作る」を選ぶか、見出しを消してください。"
    ]
    assert AmendmentReason.objects.count() == 1


def test_a_reason_is_edited_and_moved(client, scene):
    draft, *_ = scene
    reason = add(draft)
    add(draft, group="法改正", title="人材")
    where = address(draft, "reasons", reason.pk)
    assert client.get(where).context["form"]["title"].value() == "半導体"
    group = draft.reason_groups.get(title="法改正")
    data = DATA | {"kind": "law", "group": group.pk, "new_group": "", "title": "光半導体"}
    data["seen"] = reasoning.fingerprint(reason)
    assert client.post(where, data)["Location"] == address(draft, "reasons")
    reason.refresh_from_db()
    assert (reason.title, reason.kind, reason.group.title) == ("光半導体", "law", "法改正")
    assert [group.title for group in draft.reason_groups.all()] == ["法改正"]


def test_a_reason_is_deleted_after_a_question(client, scene):
    draft, *_ = scene
    where = address(draft, "reasons", add(draft).pk, "delete")
    page = client.get(where)
    assert "削除した理由は、履歴にだけ残ります。" in words(page)
    seen = {"seen": page.context["seen"]}
    assert client.post(where, seen)["Location"] == address(draft, "reasons")
    assert AmendmentReason.objects.count() == 0
    assert "削除されたかもしれません。" in client.post(where, seen).content.decode()


# --- Two editors ----------------------------------------------------------------------------------
def test_the_slower_of_two_editors_sees_both_and_loses_nothing(client, scene):
    draft, *_ = scene
    reason = add(draft)
    where = address(draft, "reasons", reason.pk)
    opened = client.get(where).context["form"]["seen"].value()
    other = make_user(draft.period.agency, "editor")
    reasoning.change(reason, group="補正予算", text="先の説明。", by=other, seen=opened)
    typed = DATA | KIND | {"group": reason.group_id, "text": "後の説明。", "seen": opened}
    response = client.post(where, typed)
    assert response.status_code == 409
    page = words(response)
    assert "ほかの人が先に保存しました。 まだ保存していません。" in page
    assert f"最後の変更：試験 太郎（{other.username}）、" in page
    assert "説明 先の説明。 理由の種類 補正予算 事業 なし" in page
    assert response.context["form"]["text"].value() == "後の説明。"
    reason.refresh_from_db()
    assert reason.text == "先の説明。"
    typed["seen"] = response.context["form"]["seen"].value()
    assert client.post(where, typed).status_code == 302
    reason.refresh_from_db()
    assert reason.text == "後の説明。"


@pytest.mark.parametrize("seen", [None, "old"])
def test_a_reason_that_another_has_changed_is_read_again_before_it_goes(client, scene, seen):
    draft, *_ = scene
    reason = add(draft)
    where = address(draft, "reasons", reason.pk, "delete")
    opened = client.get(where).context["seen"]
    reasoning.change(reason, group="補正予算", text="先の説明。", by=None)
    page = words(client.post(where, {"seen": opened} if seen else {}, follow=True))
    assert "ほかの人が先にこの変更理由を変更しました。" in page
    assert "先の説明。" in page
    assert AmendmentReason.objects.get() == reason


def test_a_reason_in_use_is_not_deleted(client, scene):
    draft, _, one, *_ = scene
    reason = add(draft)
    amending.reword(draft, one, "項目1の一層の推進", by=None, reason=reason)
    where = address(draft, "reasons", reason.pk, "delete")
    page = words(client.get(where))
    assert "次の1件の変更がこの理由を使っているため、削除できません。" in page
    assert "1. 項目1の一層の推進" in page
    seen = {"seen": reasoning.fingerprint(reason)}
    assert "1件の変更がこの理由を使っているため" in words(client.post(where, seen, follow=True))
    assert AmendmentReason.objects.get() == reason


def test_who_may_and_how(client, scene):
    draft, *_ = scene
    reason = add(draft)
    where = [
        address(draft, "reasons"),
        address(draft, "reasons", reason.pk),
        address(draft, "reasons", reason.pk, "delete"),
    ]
    for page in where:
        assert client.put(page).status_code == 405
    client.force_login(make_user(draft.period.agency, "auditor"))
    for page in where:
        response = client.post(page, DATA | KIND)
        assert response.status_code == 403
        assert "を担当する起案者だけができます。" in words(response)
    client.force_login(make_user(make_period().agency, "editor"))
    for page in where:
        assert client.get(page).status_code == 404
    assert AmendmentReason.objects.get().title == "半導体"


def test_a_reason_of_another_draft_is_not_found(client, scene):
    draft, *_ = scene
    other, _ = make_scene(client)
    reason = add(draft)
    assert client.get(address(other, "reasons", reason.pk)).status_code == 404
    assert client.post(address(other, "reasons", reason.pk, "delete")).status_code == 404
