"""The page of the second editor, and the one of what was decided while a draft was written."""

import re

import pytest
from django.test import Client

from evaluation import amending, procedure
from evaluation.models import Clause, Wording
from tests.evaluation.views.drafts import address, clause_address, errors, make_scene, seen, words
from tests.factories import decide, make_draft, make_user

pytestmark = pytest.mark.django_db
BODY = "第一の段落である。\n第二の段落である。\n第三の段落である。"


@pytest.fixture
def scene(client):
    """A draft, and a body of three paragraphs that it has not changed."""
    first, (_, one, *_) = make_scene(client)
    body = Clause.objects.get(kind="body", wordings__parent=one)
    amending.reword(first, body, BODY, by=None)
    decide(first)
    return make_draft(first.period), body, one


def text_of(draft, clause):
    return amending.text_of(draft).nodes[clause.pk].text


def save(client, draft, clause, was, text, **data):
    """Send the form of a clause that was opened when its text was `was`, by `data["seen"]`."""
    fields = {"text": text, "opened": was, "reason": ""} | data
    return client.post(clause_address(draft, clause, "reword"), fields)


def fields_of(response, **choices):
    """Return what the merge form of a page sends, with what a person chose."""
    form = response.context["form"]
    sent = {field.html_name: field.value() for field in form.hidden_fields()}
    for choice in form.choices:
        if choice.field:
            sent[choice.field.html_name] = choice.chosen
            sent[choice.own.html_name] = choice.own.value()
    given = {name.replace("_", "-"): value for name, value in choices.items()}
    return {name: "" if value is None else value for name, value in (sent | given).items()}


def both_edited(client, draft, body, theirs, mine):
    opened = seen(draft, body)
    amending.reword(draft, body, theirs, by=make_user())
    return save(client, draft, body, BODY, mine, seen=opened)


# --- The second editor ----------------------------------------------------------------------------
def test_base_mine_and_theirs_are_shown_by_paragraph_and_nothing_is_saved(client, scene):
    draft, body, _ = scene
    theirs, mine = (
        BODY.replace("第一", "最初"),
        BODY.replace("第一", "冒頭").replace("第三", "最後"),
    )
    response = both_edited(client, draft, body, theirs, mine)
    page = words(response)
    assert response.status_code == 409
    assert " data-guarded data-unsaved" in response.content.decode()
    assert "最後の変更：試験 太郎" in page
    assert "両方が同じ所を改めた段落（1）は、文言を選ぶか、書いてください。" in page
    assert "あなたが入力した文言 変更 冒頭 の段落である。" in page
    assert "先に保存された文言 変更 最初 の段落である。" in page
    assert "あなたがページを開いたときの文言 第一の段落である。" in page
    assert "あなただけが改めた段落" in page
    assert text_of(draft, body) == theirs


def test_changes_apart_are_merged_and_saved_after_a_look(client, scene):
    draft, body, _ = scene
    response = both_edited(
        client, draft, body, BODY.replace("第一", "最初"), BODY.replace("第三", "最後")
    )
    assert "二つの変更は、重なっていません。" in words(response)
    response = client.post(clause_address(draft, body, "settle"), fields_of(response))
    assert response["Location"] == clause_address(draft, body)
    assert text_of(draft, body) == "最初の段落である。\n第二の段落である。\n最後の段落である。"


@pytest.mark.parametrize(
    ("choice", "own", "first"),
    [
        ("mine", "", "冒頭の段落である。"),
        ("theirs", "", "最初の段落である。"),
        ("base", "", "第一の段落である。"),
        ("own", "冒頭、最初の段落である。", "冒頭、最初の段落である。"),
    ],
)
def test_a_person_chooses_or_writes(client, scene, choice, own, first):
    draft, body, _ = scene
    response = both_edited(
        client, draft, body, BODY.replace("第一", "最初"), BODY.replace("第一", "冒頭")
    )
    data = fields_of(response, choice_0=choice, own_0=own)
    assert client.post(clause_address(draft, body, "settle"), data).status_code == 302
    assert text_of(draft, body) == f"{first}\n第二の段落である。\n第三の段落である。"


def test_a_paragraph_is_left_out_or_kept(client, scene):
    draft, body, _ = scene
    kept, dropped = BODY.replace("第二", "次"), BODY.replace("\n第二の段落である。", "")
    response = both_edited(client, draft, body, dropped, kept)
    assert "（この段落をなくす）" in words(response)
    data = fields_of(response, choice_1="theirs")
    assert client.post(clause_address(draft, body, "settle"), data).status_code == 302
    assert text_of(draft, body) == dropped


def test_what_is_not_chosen_or_not_written_is_asked_again(client, scene):
    draft, body, _ = scene
    theirs = BODY.replace("第一", "最初")
    response = both_edited(client, draft, body, theirs, BODY.replace("第一", "冒頭"))
    where = clause_address(draft, body, "settle")
    answer = client.post(where, fields_of(response))
    assert errors(answer) == ["1つ目の段落は、両方が改めています。文言を選ぶか、書いてください。"]
    answer = client.post(where, fields_of(response, choice_0="own", own_0=" "))
    assert errors(answer) == ["1つ目の段落の文言を入力してください。"]
    assert answer.context["form"].merged.passages[0].mine == "冒頭の段落である。"
    assert text_of(draft, body) == theirs


def test_to_write_is_to_choose_what_is_written(client, scene):
    draft, body, _ = scene
    theirs, mine = (
        BODY.replace("第一", "最初"),
        BODY.replace("第一", "冒頭").replace("第三", "最後"),
    )
    response = both_edited(client, draft, body, theirs, mine)
    where = clause_address(draft, body, "settle")
    sent = fields_of(response, own_0="自分の段落。", own_2="自分の末尾。")
    assert (sent["choice-0"], sent["choice-2"]) == ("", "mine")
    assert client.post(where, sent).status_code == 302
    assert text_of(draft, body) == "自分の段落。\n第二の段落である。\n自分の末尾。"


def test_what_was_chosen_by_hand_counts_beside_what_was_written(client, scene):
    draft, body, _ = scene
    response = both_edited(
        client, draft, body, BODY.replace("第一", "最初"), BODY.replace("第一", "冒頭")
    )
    data = fields_of(response, choice_0="theirs", own_0="自分の段落。")
    client.post(clause_address(draft, body, "settle"), data)
    assert text_of(draft, body) == BODY.replace("第一", "最初")


def test_what_cannot_be_stored_is_refused_and_stays(client, scene):
    draft, body, _ = scene
    response = both_edited(
        client, draft, body, BODY.replace("第一", "最初"), BODY.replace("第一", "冒頭")
    )
    data = fields_of(response, choice_0="own", own_0="甲\u202e")
    answer = client.post(clause_address(draft, body, "settle"), data)
    assert answer.status_code == 200
    assert answer.context["form"]["own-0"].value() == "甲\u202e"
    assert text_of(draft, body) == BODY.replace("第一", "最初")


def test_a_clause_that_was_deleted_meanwhile_is_restored_with_my_words(client, scene):
    draft, body, _ = scene
    opened, colleague = seen(draft, body), make_user()
    amending.repeal(draft, body, by=colleague)
    response = save(client, draft, body, BODY, BODY.replace("第一", "冒頭"), seen=opened)
    page = words(response)
    assert response.status_code == 409
    assert f"試験 太郎（{colleague.username}）が、" in page
    assert "この条項を削りました。" in page
    assert "戻して、この文言にする 削ったままにする" in page
    answer = client.post(clause_address(draft, body, "settle"), fields_of(response), follow=True)
    assert "削られた条項を戻し、この文言を保存しました。" in words(answer)
    assert text_of(draft, body) == BODY.replace("第一", "冒頭")
    assert not amending.text_of(draft).nodes[body.pk].repealed


def test_below_a_deleted_item_it_cannot_stand_again_alone(client, scene):
    draft, body, one = scene
    opened = seen(draft, body)
    amending.repeal(draft, one, by=make_user())
    response = save(client, draft, body, BODY, "甲", seen=opened)
    answer = client.post(clause_address(draft, body, "settle"), fields_of(response))
    assert errors(answer) == ["先に、上の「項目1の推進」を戻してください。"]
    assert "甲" in words(answer)


def test_a_third_editor_meanwhile_is_merged_too(client, scene):
    draft, body, _ = scene
    response = both_edited(
        client, draft, body, BODY.replace("第一", "最初"), BODY.replace("第三", "最後")
    )
    amending.reword(draft, body, text_of(draft, body).replace("第二", "次"), by=make_user())
    answer = client.post(clause_address(draft, body, "settle"), fields_of(response))
    assert answer.status_code == 409
    assert client.post(clause_address(draft, body, "settle"), fields_of(answer)).status_code == 302
    assert text_of(draft, body) == "最初の段落である。\n次の段落である。\n最後の段落である。"


def test_a_heading_is_merged_in_its_line(client, scene):
    draft, _, one = scene
    opened = seen(draft, one)
    amending.reword(draft, one, "項目1の一層の推進", by=make_user())
    response = save(client, draft, one, "項目1の推進", "項目1の強力な推進", seen=opened)
    data = fields_of(response, choice_0="own", own_0="項目1の\n一層強力な推進")
    where = clause_address(draft, one, "settle")
    assert errors(client.post(where, data)) == ["書く文言は、改行せずに1行で入力してください。"]
    data["own-0"] = "項目1の一層強力な推進"
    assert client.post(where, data).status_code == 302
    assert text_of(draft, one) == "項目1の一層強力な推進"


def test_the_reason_that_was_chosen_comes_along(client, scene):
    draft, body, _ = scene
    response = both_edited(
        client, draft, body, BODY.replace("第一", "最初"), BODY.replace("第三", "最後")
    )
    assert response.context["form"]["reason"].value() == ""
    other = save(client, draft, body, BODY, "甲", seen="x", reason="7")
    assert other.context["form"]["reason"].value() == "7"


def test_without_what_was_opened_the_text_in_force_is_the_base(client, scene):
    draft, body, _ = scene
    response = save(client, draft, body, "", BODY.replace("第一", "冒頭"), seen="x")
    assert response.context["form"]["base"].value() == BODY


def test_what_was_typed_survives_the_end_of_the_session_here_too(client, scene):
    draft, body, _ = scene
    editor = make_user(draft.period.agency, "editor")
    client.force_login(editor)
    response = both_edited(
        client, draft, body, BODY.replace("第一", "最初"), BODY.replace("第一", "冒頭")
    )
    session = client.session
    session["seen_at"] = 0
    session.save()
    where = clause_address(draft, body, "settle")
    data = fields_of(response, choice_0="own", own_0="丹念に書いた段落。")
    assert client.post(where, data).status_code == 302
    client.force_login(editor)
    again = client.get(where)
    assert again.context["form"]["own-0"].value() == "丹念に書いた段落。"
    assert client.post(where, fields_of(again)).status_code == 302
    assert text_of(draft, body).split("\n")[0] == "丹念に書いた段落。"


def test_what_was_written_is_shown_where_the_draft_was_submitted_meanwhile(client, scene):
    draft, body, _ = scene
    response = both_edited(
        client, draft, body, BODY.replace("第一", "最初"), BODY.replace("第一", "冒頭")
    )
    procedure.submit(draft, by=make_user(draft.period.agency, "editor"))
    data = fields_of(response, choice_0="own", own_0="丹念に書いた段落。")
    answer = client.post(clause_address(draft, body, "settle"), data)
    assert answer.status_code == 403
    assert "丹念に書いた段落。" in words(answer)


# --- What was decided -----------------------------------------------------------------------------
def overtake(draft, body, old, new):
    rival = make_draft(draft.period)
    amending.reword(rival, body, text_of(rival, body).replace(old, new), by=make_user())
    return decide(rival)


def test_a_clause_is_merged_with_what_was_decided(client, scene):
    draft, body, _ = scene
    amending.reword(draft, body, BODY.replace("第一", "冒頭"), by=None)
    rival = overtake(draft, body, "第一", "最初")
    page = words(client.get(clause_address(draft, body)))
    assert "文言を統合する" in page
    response = client.get(clause_address(draft, body, "settle"))
    page = words(response)
    assert f"決定された変更： {rival.title} （" in page
    assert "この変更案の文言 変更 冒頭 の段落である。" in page
    assert "決定された文言 変更 最初 の段落である。" in page
    data = fields_of(response, choice_0="own", own_0="冒頭、最初の段落である。")
    assert client.post(clause_address(draft, body, "settle"), data).status_code == 302
    assert amending.text_of(draft).conflicts == ()
    assert text_of(draft, body).startswith("冒頭、最初の段落である。")


def test_number_and_place_are_settled_together_with_the_text(client, scene):
    draft, _, one = scene
    two = amending.text_of(draft).order[3].wording.clause
    for amendment, text, label in ((draft, "甲", "7"), (make_draft(draft.period), "乙", "8")):
        amending.reword(amendment, one, text, by=None)
        amending.relabel(amendment, one, label, by=None)
    amending.move(draft, one, parent=two, by=None)
    amending.shift(amendment, one, 1, by=None)
    rival = decide(amendment)
    page = words(client.get(address(draft, "conflicts")))
    assert page.count("重なりを決める") == 3
    where = clause_address(draft, one, "settle")
    response = client.get(where)
    page = words(response)
    assert "この変更案：7 決定された変更：8" in page
    data = fields_of(response, choice_0="mine")
    assert errors(client.post(where, data)) == [
        "番号は、両方が改めています。どちらにするかを選んでください。",
        "位置は、両方が改めています。どちらにするかを選んでください。",
    ]
    response = client.post(where, data | {"number": "mine", "place": "theirs"})
    assert response["Location"] == clause_address(draft, one)
    node, row = amending.text_of(draft).nodes[one.pk], rival.wordings.get(clause=one)
    assert (node.text, node.label, node.parent_id) == ("甲", "7", row.parent_id)
    assert amending.text_of(draft).conflicts == ()


def test_a_colleague_and_another_decision_meanwhile(client, scene):
    draft, body, _ = scene
    amending.reword(draft, body, BODY.replace("第一", "冒頭"), by=None)
    overtake(draft, body, "第一", "最初")
    where = clause_address(draft, body, "settle")
    response = client.get(where)
    overtake(draft, body, "第三", "最後")
    response = client.post(where, fields_of(response, choice_0="theirs"))
    assert response.status_code == 409
    assert response.context["is_decision"]
    amending.reword(draft, body, text_of(draft, body).replace("第二", "次"), by=make_user())
    # The colleague's saving has settled the conflict: what remains is between the two editors.
    response = client.post(where, fields_of(response, choice_0="theirs"))
    assert (response.status_code, response.context.get("is_decision")) == (200, True)


def test_where_nothing_waits_the_address_leads_to_the_clause(client, scene):
    draft, body, _ = scene
    response = client.get(clause_address(draft, body, "settle"))
    assert response["Location"] == clause_address(draft, body)
    response = client.post(clause_address(draft, body, "settle"), {"source": "x", "base": "y"})
    assert response["Location"] == clause_address(draft, body)


# --- The list -------------------------------------------------------------------------------------
def test_all_that_merges_is_accepted_one_by_one_or_together(client, scene):
    draft, body, one = scene
    for_hand = amending.text_of(draft).order[-2].wording.clause
    amending.reword(draft, body, BODY.replace("第一", "冒頭"), by=None)
    amending.relabel(draft, one, "7", by=None)
    amending.relabel(draft, for_hand, "8", by=None)
    rival = make_draft(draft.period)
    amending.reword(rival, body, BODY.replace("第三", "最後"), by=make_user())
    amending.reword(rival, one, "改められた見出し", by=None)
    amending.relabel(rival, for_hand, "9", by=None)
    decide(rival)
    response = client.get(address(draft, "conflicts"))
    page = words(response)
    assert "文言や扱いを選ぶ条項（1件）" in page
    assert "「番号」が、起案の後に決定された変更でも改められています。 番号を改める" in page
    assert "統合できる条項（2件）" in page
    told = f"決定された変更では：文言（ {rival.title} 、令和4年4月1日（2022年）決定）"
    assert f"{told} この変更案では：番号" in page
    assert "決定された変更だけが改めた段落 変更 最後 の段落である。" in page
    sent = [f"{m.node.public_id}:{m.seen}" for m in response.context["merging"]]
    where = address(draft, "conflicts", "accept")
    answer = client.post(where, {"seen": sent, "clause": body.public_id}, follow=True)
    assert "1件の統合を受け入れました。" in words(answer)
    assert draft.wordings.get(clause=body).base.amendment == rival
    assert draft.wordings.get(clause=one).base.amendment != rival
    answer = client.post(where, {"seen": sent[:1], "clause": ""}, follow=True)
    assert draft.wordings.get(clause=one).base.amendment == rival
    assert Wording.history.filter(history_change_reason="決定済みの変更との統合").count() == 2


def test_a_stale_acceptance_and_one_of_a_conflict_are_refused(client, scene):
    draft, body, _ = scene
    amending.reword(draft, body, BODY.replace("第一", "冒頭"), by=None)
    overtake(draft, body, "第三", "最後")
    where = address(draft, "conflicts", "accept")
    answer = client.post(where, {"seen": f"{body.public_id}:old", "clause": ""}, follow=True)
    assert "その間に内容が変わりました。" in words(answer)
    overtake(draft, body, "第一", "最初")
    (one,) = client.get(address(draft, "conflicts")).context["by_hand"]
    answer = client.post(where, {"seen": f"{body.public_id}:{one.seen}", "clause": ""}, follow=True)
    assert "「文言」が、起案の後に決定された変更でも改められています。" in words(answer)
    assert client.get(where)["Location"] == address(draft, "conflicts")


@pytest.mark.parametrize("sent", [{}, {"seen": "abc:x", "clause": "other"}])
def test_nothing_is_accepted_where_nothing_was_named(client, scene, sent):
    draft, *_ = scene
    page = words(client.post(address(draft, "conflicts", "accept"), sent, follow=True))
    assert "受け入れる条項がありません。" in page
    assert "統合を受け入れました。" not in page


def test_every_conflict_leads_to_where_it_is_settled(client, scene):
    draft, body, one = scene
    amending.reword(draft, body, BODY.replace("第一", "冒頭"), by=None)
    new = amending.insert(draft, "body", parent=one, text="加える段落。", by=None)
    rival = make_draft(draft.period)
    amending.repeal(rival, one, by=None)
    decide(rival)
    page = client.get(address(draft, "conflicts")).content.decode()
    assert f'href="{clause_address(draft, body, "repeal")}"' in page
    assert f'action="{clause_address(draft, body, "restore")}"' in page
    assert f'href="{clause_address(draft, new, "move")}"' in page
    for where in (address(draft), address(draft, "edit"), address(draft, "steps", "submit")):
        assert f'href="{address(draft, "conflicts")}"' in client.get(where).content.decode()


def test_what_a_decision_deleted_is_kept_by_a_button_on_its_own_page(client, scene):
    draft, body, _ = scene
    amending.reword(draft, body, BODY.replace("第一", "冒頭"), by=None)
    rival = make_draft(draft.period)
    amending.repeal(rival, body, by=None)
    decide(rival)
    page = client.get(clause_address(draft, body))
    assert "この変更案では変わっていません。" not in words(page)
    form = re.search(
        r'<form[^>]*action="([^"]*/restore/)">.*?name="seen" value="(\w+)"', html(page), re.DOTALL
    )
    answer = client.post(form[1], {"seen": form[2]}, follow=True)
    assert "戻しました。" in words(answer)
    assert amending.text_of(draft).conflicts == ()
    assert text_of(draft, body) == BODY.replace("第一", "冒頭")


def html(response):
    return response.content.decode()


def test_two_insertions_at_one_place_are_told(client, scene):
    draft, body, one = scene
    for amendment, text in ((draft, "甲の段落。"), (make_draft(draft.period), "乙の段落。")):
        amending.insert(amendment, "body", parent=one, after=body, text=text, by=None)
    decide(amendment)
    page = words(client.get(address(draft, "conflicts")))
    assert "この変更案の「甲の段落。」と、決定された「乙の段落。」 並び順を変える" in page


def test_readers_see_the_list_without_its_buttons(client, scene):
    draft, body, _ = scene
    amending.reword(draft, body, BODY.replace("第一", "冒頭"), by=None)
    overtake(draft, body, "第三", "最後")
    approver = Client()
    approver.force_login(make_user(draft.period.agency, "approver"))
    page = approver.get(address(draft, "conflicts")).content.decode()
    assert "この統合を受け入れる" not in page
    assert words(approver.get(address(draft, "conflicts"))).count("最後 の段落である。") == 1


def test_without_a_rival_there_is_nothing_to_merge(client, scene):
    draft, *_ = scene
    assert "重なっている条項はありません。" in words(client.get(address(draft, "conflicts")))


def test_what_was_changed_and_changed_back_is_told_as_such(client, scene):
    draft, body, _ = scene
    amending.reword(draft, body, BODY.replace("第一", "冒頭"), by=None)
    for text in (BODY.replace("第三", "最後"), BODY):
        other = make_draft(draft.period)
        amending.reword(other, body, text, by=None)
        decide(other)
    page = words(client.get(address(draft, "conflicts")))
    assert "決定された変更では：元と同じ（" in page
    assert "この変更案では：文言" in page
