"""Editing the clauses of a draft: the tree, one clause, and two editors of one clause."""

import copy

import pytest
from django.test import Client

from evaluation import amending, reasoning
from evaluation.models import Clause, Wording
from evaluation.views.clauses import VERBS
from tests.evaluation.views.drafts import (
    address,
    clause_address,
    errors,
    make_scene,
    seen,
    sign_in,
    words,
)
from tests.factories import decide, make_baseline, make_draft, make_period, make_user, submit

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def made(module_rows):
    draft, clauses = make_scene(Client())
    return draft, *clauses


@pytest.fixture
def scene(made, client):
    sign_in(client, made[0])
    return copy.deepcopy(made)


def add_reason(draft):
    fields = {"title": "予算", "text": "補正予算による。", "kind": "supplementary_budget"}
    return reasoning.add(draft, group="補正予算に伴う変更", by=None, **fields)


def post(client, draft, clause, verb, **data):
    data.setdefault("seen", seen(draft, clause))
    return client.post(clause_address(draft, clause, verb), data)


# --- The draft ------------------------------------------------------------------------------------
def test_the_tree_shows_what_changes_where(client, scene):
    draft, chapter, one, two, three = scene
    amending.reword(draft, one, "項目1の一層の推進", by=None, reason=add_reason(draft))
    amending.repeal(draft, two, by=None)
    amending.insert(draft, "item", parent=chapter, after=three, label="3", text="重複", by=None)
    amending.insert(draft, "evaluation_axis", parent=three, text="進んだか。", by=None)
    response = client.get(address(draft, "edit"))
    page = words(response)
    assert "1. 項目1の一層の推進 改正 編集 ：1. 項目1の一層の推進" in page
    assert "削る 理由なし 2. 項目2の推進 戻す ：2. 項目2の推進" in page
    assert "削る 理由なし 項目2を推進する。" in page
    assert "3. 重複 新設 決定できない 理由なし 編集" in page
    assert "評価軸1件 （項目3の推進）" in page
    assert "理由のない変更が 4件 あります。" in page
    assert page.count("番号「3」が「項目3の推進」と重なっています。番号を改めてください。") == 2
    kinds = {kind.value: count for kind, count in response.context["counts"]}
    assert kinds == {"revised": 1, "deleted": 2, "new": 2}


def test_a_moved_clause_stands_at_both_places(client, scene):
    draft, _, one, two, _ = scene
    amending.move(draft, one, parent=two, by=None)
    page = words(client.get(address(draft, "edit")))
    assert "ここから移動 1. 項目1の推進" in page
    assert "2.1. 項目1の推進 移動" in page


def test_a_clause_without_a_place_is_not_lost(client, scene):
    draft, _, _one, two, _ = scene
    rival = make_draft(draft.period)
    new = amending.insert(draft, "body", parent=two, text="加える段落。", by=None)
    amending.repeal(rival, two, by=None)
    decide(rival)
    page = words(client.get(address(draft, "edit")))
    assert "置き場所のない条項 加える段落。 編集" in page
    assert client.get(clause_address(draft, new)).status_code == 200


def test_an_empty_text_says_how_to_begin(client):
    period = make_period()
    client.force_login(make_user(period.agency, "editor"))
    page = words(client.get(address(make_draft(period), "edit")))
    assert "本文はまだありません。 章を加える か、 項目を加えて ください。" in page


def test_a_deletion_is_restored_from_the_tree(client, scene):
    draft, _, _, two, _ = scene
    amending.repeal(draft, two, by=None)
    line = next(
        line
        for line in client.get(address(draft, "edit")).context["outline"].lines
        if getattr(line, "seen", "")
    )
    response = client.post(clause_address(draft, two, "restore"), {"seen": line.seen})
    assert response["Location"] == clause_address(draft, two)
    assert draft.wordings.count() == 0


# --- One clause -----------------------------------------------------------------------------------
def test_a_clause_is_reworded_with_its_reason(client, scene):
    draft, _, one, *_ = scene
    reason = add_reason(draft)
    assert "この変更案では変わっていません。" in words(client.get(clause_address(draft, one)))
    response = post(client, draft, one, "reword", text="項目1の一層の推進", reason=reason.pk)
    assert response["Location"] == clause_address(draft, one)
    row = draft.wordings.get()
    assert (row.text, row.reason, row.revision) == ("項目1の一層の推進", reason, 1)
    page = words(client.get(clause_address(draft, one)))
    assert "保存しました。" in page
    assert "1. 項目1の 追加 一層の 推進 1. 項目1の推進" in page
    assert "変更理由：予算" in page


def test_the_reason_alone_is_changed(client, scene):
    draft, _, one, *_ = scene
    reason = add_reason(draft)
    amending.reword(draft, one, "甲", by=None)
    post(client, draft, one, "reword", text="甲", reason=reason.pk)
    assert draft.wordings.get().reason == reason
    amending.repeal(draft, one, by=None)
    assert client.get(clause_address(draft, one)).context["verb"] == "explain"
    post(client, draft, one, "explain", reason="")
    assert Wording.objects.get(amendment=draft, clause=one).reason is None


def test_saving_nothing_says_so(client, scene):
    draft, _, one, *_ = scene
    response = client.post(
        clause_address(draft, one, "reword"),
        {"seen": seen(draft, one), "text": "項目1の推進", "unknown": "x"},
        follow=True,
    )
    assert "変わったところはありません。何も保存していません。" in words(response)
    assert draft.wordings.count() == 0


def test_a_paragraph_keeps_its_indent_and_inner_lines(client, scene):
    draft, _, one, *_ = scene
    body = amending.text_of(draft).children[one.pk][0].wording.clause
    post(client, draft, body, "reword", text="　一行目\r\n二行目\r\n\r\n")
    assert draft.wordings.get().text == "　一行目\n二行目"


def test_what_cannot_be_seen_is_told(client, scene):
    draft, _, one, *_ = scene
    post(client, draft, one, "reword", text="項目\u200b1")
    page = words(client.get(clause_address(draft, one)))
    assert "見えない文字が入っています。要らなければ、取り除いてください。" in page
    assert "3文字目：U+200B（ゼロ幅スペース）" in page


@pytest.mark.parametrize(
    ("verb", "data", "message"),
    [
        (
            "reword",
            {"text": " "},
            "文言を入力してください。条項をなくすときは「この条項を削る」を選びます。",
        ),
        ("reword", {"text": "一\n二"}, "見出しは、改行せずに1行で入力してください。"),
        (
            "reword",
            {"text": "甲\u202e"},
            (
                "見出しの2文字目の文字（U+202E）は文字の並ぶ向きを変える文字のため、"
                "使えません。削除してください。"
            ),
        ),
        ("reword", {"text": "甲", "reason": "99999"}, "この変更案の変更理由から選んでください。"),
        (
            "reword",
            {"text": "甲", "seen": ""},
            "ページを開き直してから、もう一度やり直してください。",
        ),
        ("relabel", {"label": ""}, "番号を入力してください（例：5）。"),
        (
            "reword",
            {"text": "長" * 201},
            "見出しは200文字までです（いま201文字）。長い文は、本文の段落に入れてください。",
        ),
        (
            "relabel",
            {"label": "4 5"},
            (
                "「4 5」は、番号として使えません。「5」「5の2」「Ⅲ」「(1)」「①」「ア」「第1」「第5条」のような、"
                "この条項だけの番号を入力してください（数字は1から999まで）。"
            ),
        ),
        (
            "move",
            {"place": "nowhere:"},
            "選んだ場所は、その間に動かされたか削られました。選び直してください。",
        ),
    ],
)
def test_what_cannot_be_kept_is_refused_and_stays_in_the_form(client, scene, verb, data, message):
    draft, _, one, *_ = scene
    response = post(client, draft, one, verb, **data)
    assert (response.status_code, errors(response)) == (200, [message])
    assert draft.wordings.count() == 0
    name = next(iter(data))
    assert response.context["form"][name].value() == data[name]


def test_a_clause_is_renumbered_and_moved(client, scene):
    draft, chapter, one, _, three = scene
    post(client, draft, one, "relabel", label="４．")
    place = f"{chapter.public_id}:{three.public_id}"
    assert post(client, draft, one, "move", place=place).status_code == 302
    text = amending.text_of(draft)
    assert [text.number(n) for n in text.children[chapter.pk]] == ["2.", "3.", "4."]


def test_a_deletion_is_asked_first_and_names_all_that_goes(client, scene):
    draft, chapter, *_ = scene
    page = words(client.get(clause_address(draft, chapter, "repeal")))
    assert "一緒になくなるもの（6）" in page
    assert "3. 項目3の推進 項目" in page
    response = post(client, draft, chapter, "repeal", seen=seen(draft, chapter, below=True))
    assert response["Location"] == clause_address(draft, chapter)
    assert amending.text_of(draft).order == []


def test_a_new_clause_is_withdrawn_and_a_change_undone(client, scene):
    draft, chapter, one, *_ = scene
    new = amending.insert(draft, "item", parent=chapter, label="9", text="甲", by=None)
    assert "新設を取りやめる" in words(client.get(clause_address(draft, new, "undo")))
    response = post(client, draft, new, "undo", seen=seen(draft, new, below=True))
    assert response["Location"] == address(draft, "edit")
    assert not Clause.objects.filter(pk=new.pk).exists()
    amending.reword(draft, one, "甲", by=None)
    post(client, draft, one, "undo")
    assert draft.wordings.count() == 0


def test_changed_clauses_lead_to_each_other(client, scene):
    draft, _, one, two, three = scene
    for clause in (one, two, three):
        amending.reword(draft, clause, f"甲{clause.pk}", by=None)
    page = client.get(clause_address(draft, two)).context["page"]
    assert (page.previous.clause_id, page.next.clause_id) == (one.pk, three.pk)


# --- Two drafts -----------------------------------------------------------------------------------
def test_another_draft_that_changes_the_same_clause_is_told(client, scene):
    draft, _, one, two, _ = scene
    other = make_draft(draft.period)
    amending.reword(other, one, "ほかの文言", by=None)
    amending.reword(other, two, "ほかの文言", by=None)
    amending.reword(draft, one, "この変更案の文言", by=None)
    told = f"ほかの変更案も、この条項を改めています： {other.title} （起案中）"
    assert told in words(client.get(clause_address(draft, one)))
    assert told in words(client.get(clause_address(draft, two)))
    page = words(client.get(address(draft, "edit")))
    assert "ほかの変更案も改めている条項があります（1件）。" in page
    assert f"1. この変更案の文言 ： {other.title}" in page


# --- Two editors ----------------------------------------------------------------------------------
def test_what_was_decided_meanwhile_is_not_overwritten_unseen(client, scene):
    draft, _, item, *_ = scene
    amending.reword(draft, item, "この変更案の文言", by=make_user())
    other = make_draft(draft.period)
    amending.reword(other, item, "決定された文言", by=make_user())
    decide(other)
    mine = {"text": "この変更案の文言", "seen": seen(draft, item)}
    response = post(client, draft, item, "reword", **mine)
    (told,) = errors(response)
    assert told == (
        "この条項は、起案の後に決定された変更でも改められています。決定された文言（現行）を対照表で"
        "確かめ、残す語を入れてから、印を付けてください。"
    )
    assert amending.text_of(draft).conflicts != ()
    response = client.post(
        clause_address(draft, item, "reword"),
        mine | {"reason": "", "settled": "yes"},
        follow=True,
    )
    assert "決定された文言を確かめたことを記録し、この文言を残しました。" in words(response)
    assert amending.text_of(draft).conflicts == ()


@pytest.mark.parametrize(
    ("verb", "data"),
    [("relabel", {"label": "8"}), ("repeal", {}), ("undo", {}), ("explain", {}), ("restore", {})],
)
def test_every_other_change_asks_again(client, scene, verb, data):
    draft, _, one, *_ = scene
    opened = seen(draft, one, below=verb == "repeal")
    amending.reword(draft, one, "項目1の一層の推進", by=None)
    response = post(client, draft, one, verb, seen=opened, **data)
    assert response.status_code == 409
    assert f"それでも{VERBS[verb].name}" in words(response)
    assert draft.wordings.get().text == "項目1の一層の推進"
    if data:
        assert response.context["form"]["label"].value() == "8"
        assert " data-guarded data-unsaved" in response.content.decode()


def test_what_was_typed_is_shown_where_the_draft_was_submitted_meanwhile(client, scene):
    draft, _, one, *_ = scene
    opened = seen(draft, one)
    submit(draft, by=make_user(draft.period.agency, "editor"))
    response = post(client, draft, one, "reword", text="項目1の<一層>の推進", seen=opened)
    page = words(response)
    assert response.status_code == 403
    assert "は承認待ちです。編集ができるのは、起案中の変更案だけです。" in page
    assert (
        "入力していた文言 保存していません。必要なら、ここから写してください。 項目1の<一層>の推進"
        in page
    )


def test_what_was_typed_is_shown_where_the_clause_has_vanished(client, scene):
    draft, chapter, *_ = scene
    new = amending.insert(draft, "item", parent=chapter, label="9", text="甲", by=None)
    opened = seen(draft, new)
    amending.undo(draft, new, by=None)
    response = client.post(
        clause_address(draft, new, "reword"), {"seen": opened, "text": "丹念に書いた文言"}
    )
    assert response.status_code == 404
    assert "丹念に書いた文言" in words(response)


def test_what_was_typed_survives_the_end_of_the_session(client, scene):
    draft, _, one, *_ = scene
    opened = seen(draft, one)
    editor = make_user(draft.period.agency, "editor")
    client.force_login(editor)
    where = clause_address(draft, one, "reword")
    client.get(where)
    session = client.session
    session["seen_at"] = 0
    session.save()
    response = client.post(where, {"seen": opened, "text": "丹念に書いた文言", "password": "x"})
    assert response.status_code == 302
    client.force_login(editor)
    response = client.get(where)
    assert "まだ保存していません。" in words(response)
    assert response.context["form"]["text"].value() == "丹念に書いた文言"
    assert draft.wordings.count() == 0
    assert client.get(where).context["form"]["text"].value() == "項目1の推進"


# --- Who may, and what is asked ---------------------------------------------------------------------
def pages(draft, clause):
    verbs = [clause_address(draft, clause, verb) for verb in VERBS]
    return [address(draft, "edit"), clause_address(draft, clause), *verbs]


def test_a_stranger_learns_nothing(client, scene):
    draft, _, one, *_ = scene
    client.force_login(make_user(make_period().agency, "editor"))
    for page in pages(draft, one):
        assert (page, client.get(page).status_code) == (page, 404)
    assert post(client, draft, one, "reword", text="甲").status_code == 404


@pytest.mark.parametrize("role", ["approver", "auditor"])
def test_other_roles_are_refused_with_the_reason(client, scene, role):
    draft, _, one, *_ = scene
    client.force_login(make_user(draft.period.agency, role))
    for page in pages(draft, one):
        response = client.get(page)
        assert (page, response.status_code) == (page, 403)
        assert "を担当する起案者だけができます。" in words(response)
    assert post(client, draft, one, "reword", text="甲").status_code == 403
    assert draft.wordings.count() == 0


def test_what_is_not_of_the_draft_is_not_found(client, scene):
    draft, _, one, *_ = scene
    _, (_, elsewhere, *_) = make_baseline(make_period())
    assert client.get(clause_address(draft, elsewhere)).status_code == 404
    assert client.get(clause_address(draft, one, "burn")).status_code == 404
    response = client.post(clause_address(draft, elsewhere, "reword"), {"seen": "x", "text": "甲"})
    assert response.status_code == 404


def test_other_methods_and_foreign_forms_are_refused(client, scene):
    draft, _, one, *_ = scene
    assert client.post(address(draft, "edit")).status_code == 405
    assert client.post(clause_address(draft, one)).status_code == 405
    assert client.put(clause_address(draft, one, "reword")).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(make_user(draft.period.agency, "editor"))
    assert post(strict, draft, one, "reword", text="甲").status_code == 403


def test_hostile_words_are_inert(client, scene):
    draft, _, one, *_ = scene
    hostile = '<script>alert(1)</script>"&{{ x }}'
    post(client, draft, one, "reword", text=hostile)
    for page in pages(draft, one):
        assert "<script>" not in client.get(page).content.decode()
