"""The workspace: the way from change to change, the tree beside the words, order, and taking back."""

import copy
import re

import pytest
from django.test import Client

from evaluation import amending, drafting
from evaluation.amending.marking import marking_fingerprint
from evaluation.comparison.marking import Marks
from evaluation.models import Wording
from tests.evaluation.views.drafts import address, clause_address, make_scene, seen, sign_in, words
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def made(module_rows):
    draft, clauses = make_scene(Client())
    return draft, *clauses


@pytest.fixture
def scene(made, client):
    sign_in(client, made[0])
    return copy.deepcopy(made)


def post(client, draft, clause, verb, query="", **data):
    data.setdefault("seen", seen(draft, clause))
    return client.post(clause_address(draft, clause, verb) + query, data)


def taken_back(client, response, draft):
    """Press the button that the page after an act offers."""
    last = client.get(response["Location"]).context["last_act"]
    return last, client.post(address(draft, "edit", "take-back"), last.form.initial)


# --- From change to change ------------------------------------------------------------------------
def test_the_changes_are_counted_and_lead_to_each_other(client, scene):
    draft, chapter, one, two, three = scene
    amending.reword(draft, one, "甲", by=None)
    amending.repeal(draft, three, by=None)
    told = {}
    for clause in (chapter, one, two, three):
        page = client.get(clause_address(draft, clause)).context["page"]
        ends = [node and node.text for node in page.neighbours]
        told[clause] = (page.position, *ends)
    assert told == {
        chapter: (None, None, "甲"),
        one: (1, None, "項目3の推進"),
        two: (None, "甲", "項目3の推進"),
        three: (2, "甲", "項目3を推進する。"),
    }
    assert "1 / 3" in words(client.get(clause_address(draft, one)))
    assert "変更 3件" in words(client.get(clause_address(draft, two)))
    html = client.get(address(draft, "edit")).content.decode()
    assert f'aria-keyshortcuts="Alt+ArrowDown" href="{clause_address(draft, one)}"' in html


def test_a_clause_that_moved_is_counted_where_it_stands(client, scene):
    draft, chapter, one, two, three = scene
    amending.reword(draft, two, "乙", by=None)
    amending.move(draft, one, parent=chapter, after=three, by=None)
    page = client.get(clause_address(draft, one)).context["page"]
    assert (page.position, page.previous.clause_id, page.next) == (2, two.pk, None)


# --- The tree -------------------------------------------------------------------------------------
def tree_of(response):
    html = response.content.decode().partition('<nav class="clause-tree"')[2].partition("</nav>")[0]
    lines = re.findall(r"<li [^>]*>(.*?)</li>", html, re.DOTALL)
    return [
        " ".join(re.sub(r"<[^>]+>", " ", line).split()) + ("←" if "aria-current" in line else "")
        for line in lines
    ]


def test_the_tree_shows_headings_changes_and_what_stands_around(client, scene):
    draft, chapter, one, two, three = scene
    amending.repeal(draft, two, by=None)
    amending.insert(draft, "evaluation_axis", parent=three, text="進んだか。", by=None)
    amending.insert(draft, "item", parent=chapter, after=three, label="3", text="重複", by=None)
    assert tree_of(client.get(clause_address(draft, one))) == [
        "Ⅲ. 研究開発の成果の最大化",
        "1. 項目1の推進←",
        "項目1を推進する。",
        "2. 項目2の推進 削る 理由なし",
        "項目2を推進する。 削る 理由なし",
        "3. 項目3の推進",
        "進んだか。 新設 理由なし",
        "3. 重複 新設 決定できない 理由なし",
    ]
    response = client.get(clause_address(draft, two) + "?only=changed")
    assert tree_of(response) == [
        "Ⅲ. 研究開発の成果の最大化",
        "2. 項目2の推進 削る 理由なし←",
        "項目2を推進する。 削る 理由なし",
        "3. 項目3の推進",
        "進んだか。 新設 理由なし",
        "3. 重複 新設 決定できない 理由なし",
    ]
    links = set(re.findall(r'href="([^"]+clauses/\w+/\?[^"]*)"', response.content.decode()))
    assert {link.partition("?")[2] for link in links} == {"only=changed"}


def test_the_tree_stays_as_it_is_when_something_is_saved(client, scene):
    draft, _, one, *_ = scene
    response = post(client, draft, one, "reword", "?only=changed", text="甲")
    assert response["Location"] == clause_address(draft, one) + "?only=changed"


def test_a_clause_that_moved_is_open_where_it_stands(client, scene):
    draft, _, one, two, _ = scene
    amending.move(draft, one, parent=two, by=None)
    lines = tree_of(client.get(clause_address(draft, one)))
    assert [line for line in lines if "項目1の推進" in line] == [
        "1. 項目1の推進 ここから移動",
        "2.1. 項目1の推進 移動 理由なし←",
    ]


def test_notes_tell_what_a_drafter_should_see_to(client, scene):
    draft, _, one, two, _ = scene
    amending.reword(draft, one, "項目1の一層の推進", by=None)
    marks = Marks((), ((5, 8),))
    before = marking_fingerprint("項目1の推進", "項目1の一層の推進", None)
    amending.draw(draft, one, marks, by=make_user(), why="", seen=before)
    amending.reword(draft, one, "項目1のより一層の推進", by=None)
    amending.reword(draft, two, "項目\u200b2", by=None)
    outline = client.get(address(draft, "edit")).context["outline"]
    assert outline.notes == {
        one.pk: ["理由なし", "下線の確認"],
        two.pk: ["理由なし", "見えない文字"],
    }


def test_the_draft_shows_only_what_changes(client, scene):
    draft, _, _one, two, three = scene
    amending.reword(draft, two, "甲", by=None)
    amending.insert(draft, "evaluation_axis", parent=three, text="進んだか。", by=None)
    page = words(client.get(address(draft, "edit") + "?only=changed"))
    assert [
        word in page for word in ("項目1の推進", "2. 甲 改正", "評価軸1件", "進んだか。 新設")
    ] == [
        False,
        True,
        True,
        True,
    ]
    assert "項目3を推進する。" not in page


# --- Order ----------------------------------------------------------------------------------------
def labels(draft, parent):
    return [node.label or node.text for node in amending.text_of(draft).children[parent.pk]]


def test_a_clause_goes_up_and_down_by_one_place(client, scene):
    draft, chapter, one, two, _three = scene
    response = post(client, draft, two, "up")
    assert response["Location"] == clause_address(draft, two)
    assert labels(draft, chapter) == ["2", "1", "3"]
    post(client, draft, one, "down")
    assert labels(draft, chapter) == ["2", "3", "1"]
    page = words(client.get(clause_address(draft, one)))
    assert ("↑ 上へ" in page, "↓ 下へ" in page) == (True, False)


def test_back_at_its_place_a_clause_has_not_changed(client, scene):
    draft, chapter, one, two, _three = scene
    post(client, draft, two, "up")
    assert draft.wordings.count() == 1
    post(client, draft, two, "down")
    assert (labels(draft, chapter), draft.wordings.count()) == (["1", "2", "3"], 0)
    amending.move(draft, two, parent=one, by=None)
    amending.move(draft, two, parent=chapter, after=one, by=None)
    assert draft.wordings.count() == 0


def test_each_list_has_an_order_of_its_own(client, scene):
    draft, _, one, *_ = scene
    axes = [
        amending.insert(draft, "evaluation_axis", parent=one, text=text, by=None)
        for text in ("丙", "乙", "甲")
    ]
    post(client, draft, axes[0], "up")
    assert labels(draft, one)[:3] == ["甲", "丙", "乙"]
    page = client.get(address(draft, "edit", "order"))
    told = {place.node.text: (place.up, place.down) for place in page.context["places"]}
    assert [told[text] for text in ("甲", "丙", "乙", "項目1を推進する。")] == [
        (False, True),
        (True, True),
        (True, False),
        (False, False),
    ]


def test_no_clause_goes_beyond_the_end_of_its_list(client, scene):
    draft, _, one, _, three = scene
    for clause, verb, way in ((one, "up", "上"), (three, "down", "下")):
        response = post(client, draft, clause, verb)
        assert response.status_code == 200
        assert f"これより{way}へは動かせません。" in words(response)
    assert draft.wordings.count() == 0


def test_the_keyboard_stays_at_the_button(client, scene):
    draft, _, _one, _two, three = scene
    order = address(draft, "edit", "order")
    response = post(client, draft, three, "up", "?order")
    assert response["Location"] == f"{order}#up-{three.public_id}"
    response = post(client, draft, three, "up", "?order")
    assert response["Location"] == f"{order}#down-{three.public_id}"
    html = client.get(order).content.decode()
    assert f'id="down-{three.public_id}"' in html
    assert f'id="up-{three.public_id}"' not in html


# --- Taking back ----------------------------------------------------------------------------------
def test_after_each_act_it_can_be_taken_back(client, scene):
    draft, _chapter, one, two, three = scene
    acts = [
        (one, "reword", {"text": "甲"}, "文言を改める"),
        (one, "relabel", {"label": "8"}, "番号を改める"),
        (two, "up", {}, "条項を上へ動かす"),
        (two, "move", {"place": f"{three.public_id}:"}, "別の場所へ移す"),
        (two, "repeal", {"seen": seen(draft, two, below=True)}, "この条項を削る"),
    ]
    for clause, verb, data, told in acts:
        last, response = taken_back(client, post(client, draft, clause, verb, **data), draft)
        assert (last.name, last.button) == (told, "元に戻す")
        assert response["Location"] == clause_address(draft, clause)
        assert (verb, draft.wordings.count()) == (verb, 0)
    last, response = taken_back(client, response, draft)
    assert (last.name, last.button, draft.wordings.count()) == ("元に戻す", "やり直す", 2)
    last, _ = taken_back(client, response, draft)
    assert (last.name, last.button, draft.wordings.count()) == ("やり直す", "元に戻す", 0)


def test_a_new_clause_is_taken_back_and_one_that_was_given_up_comes_back(client, scene):
    draft, chapter, one, *_ = scene
    data = {"place": f"{chapter.public_id}:{one.public_id}", "label": "9", "text": "新しい項目"}
    response = client.post(address(draft, "items", "new"), data | {"body": "甲\n乙"})
    last, back = taken_back(client, response, draft)
    assert (last.name, back["Location"]) == ("項目の新設", address(draft, "edit"))
    assert draft.introduced.count() == 0
    new = amending.insert(draft, "item", parent=chapter, label="9", text="甲", by=None)
    response = post(client, draft, new, "undo", seen=seen(draft, new, below=True))
    last, back = taken_back(client, response, draft)
    assert last.name == "新設を取りやめる"
    assert back["Location"] == clause_address(draft, new)


def test_what_was_saved_without_a_change_offers_nothing(client, scene):
    draft, _, one, *_ = scene
    response = post(client, draft, one, "reword", text="項目1の推進")
    assert client.get(response["Location"]).context["last_act"] is None


def test_it_is_offered_once_and_in_its_own_draft(client, scene):
    draft, _, one, *_ = scene
    other = drafting.copy(
        draft, by=make_user(draft.period.agency, "editor"), slug="c", title="写し"
    )
    response = post(client, draft, one, "reword", text="甲")
    assert client.get(address(other, "edit")).context["last_act"] is None
    assert client.get(response["Location"]).context["last_act"].name == "文言を改める"
    assert client.get(response["Location"]).context["last_act"] is None


def test_what_somebody_changed_since_is_kept(client, scene):
    draft, _, one, *_ = scene
    response = post(client, draft, one, "reword", text="甲")
    last = client.get(response["Location"]).context["last_act"]
    amending.reword(draft, one, "乙", by=make_user())
    response = client.post(address(draft, "edit", "take-back"), last.form.initial, follow=True)
    assert "ほかの人が先にこの条項を変更しました。" in words(response)
    assert draft.wordings.get().text == "乙"


@pytest.mark.parametrize("sent", [{}, {"after": "x", "last": "1"}, {"after": "0", "last": "0"}])
def test_what_names_no_act_takes_nothing_back(client, scene, sent):
    draft, _, one, *_ = scene
    amending.reword(draft, one, "甲", by=None)
    before = Wording.history.count()
    response = client.post(address(draft, "edit", "take-back"), sent)
    assert (response.status_code, response["Location"]) == (302, address(draft, "edit"))
    assert Wording.history.count() == before
