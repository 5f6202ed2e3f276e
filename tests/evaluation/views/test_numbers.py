"""The pages of numbers and references: what they show, what a button does, what was overtaken."""

import re

import pytest

from evaluation import amending
from tests.factories import decide, make_baseline, make_draft, make_period, make_user

pytestmark = pytest.mark.django_db


class Scene:
    """A text whose first paragraph names items 2 and 3, and a draft with a new item before them."""

    def __init__(self, client):
        period = make_period()
        _, (self.chapter, self.one, *_) = make_baseline(period)
        first = make_draft(period)
        node = next(n for n in amending.text_of(first).children[self.one.pk] if n.kind == "body")
        self.body = node.wording.clause
        amending.reword(first, self.body, "上記2.及び上記3.を進める。", by=None)
        decide(first)
        self.draft = make_draft(period)
        self.client = client
        client.force_login(make_user(period.agency, "editor"))
        self.address = f"/{period.agency.code}/5/amendments/{self.draft.slug}/"

    def insert(self, **options):
        place = {"parent": self.chapter, "after": self.one, "label": "2", "text": "新しい項目"}
        return amending.insert(self.draft, "item", by=None, **place, **options)

    def get(self, page):
        return self.client.get(self.address + page).content.decode()

    def press(self, page, words, **given):
        """Send the form of the button with these words; return the page that it leads to."""
        html = self.get(page)
        form = next(f for f in re.findall("<form.*?</form>", html, re.DOTALL) if words in f)
        fields = dict(re.findall(r'name="([a-z]+)" value="([^"]*)"', form))
        return self.client.post(self.address + page, fields | given, follow=True).content.decode()

    def text(self):
        return amending.text_of(self.draft).nodes[self.body.pk].text

    def labels(self):
        nodes = amending.text_of(self.draft).children[self.chapter.pk]
        return [node.label for node in nodes]


@pytest.fixture
def scene(client):
    return Scene(client)


def test_numbers_are_renumbered_and_given_back(scene):
    assert "番号は、並びのとおりです。" in scene.get("numbers/")
    scene.insert()
    for page in ("edit/", f"clauses/{scene.one.public_id}/"):
        assert "番号が、並びのとおりになっていません（研究開発の成果の最大化：2件）" in scene.get(
            page
        )
    assert "並びのとおりになっていません" not in scene.get(f"clauses/{scene.body.public_id}/")
    html = scene.press("numbers/", "この番号に付け直す")
    assert "番号を付け直しました（2件）。" in html
    assert "番号が動いたのに、直っていない参照があります（1条項）。" in html
    assert scene.labels() == ["1", "2", "3", "4"]
    assert "付け直す前に戻しました（2件）。" in scene.press("numbers/", "付け直す前の番号に戻す")
    assert scene.labels() == ["1", "2", "2", "3"]


def test_a_number_that_cannot_be_counted_is_named(scene):
    amending.relabel(scene.draft, scene.one, "あ", by=None)
    html = scene.get("numbers/")
    assert "番号は、並びのとおりです。" not in html
    assert f'clauses/{scene.one.public_id}/">項目1の推進</a>）があるため' in html


def test_two_lists_are_renumbered_and_undone_each_for_itself(scene):
    scene.insert()
    amending.insert(scene.draft, "chapter", parent=None, label="Ⅲ", text="前の章", by=None)
    scene.press("numbers/", "：いちばん上")
    assert "番号を付け直しました（2件）。" in scene.press("numbers/", "：Ⅳ. 研究開発")
    assert "付け直す前に戻しました（2件）。" in scene.press("numbers/", "付け直す前の番号に戻す")
    assert amending.text_of(scene.draft).nodes[scene.chapter.pk].label == "Ⅳ"


def test_what_was_overtaken_is_told_and_nothing_is_stored(scene):
    scene.insert()
    words = "ほかの人が先にこの並びの番号を変更しました。"
    assert words in scene.press("numbers/", "この番号に付け直す", seen="x")
    assert scene.labels() == ["1", "2", "2", "3"]
    scene.press("numbers/", "この番号に付け直す")
    assert "ほかの人が先に参照か番号を変更しました。" in scene.press(
        "references/", "すべて直す", seen="x"
    )
    assert scene.text() == "上記2.及び上記3.を進める。"


def test_references_are_repaired_one_by_one_or_all_at_once(scene):
    assert "指す先の変わった参照はありません。" in scene.get("references/")
    scene.insert()
    scene.press("numbers/", "この番号に付け直す")
    html = scene.get("references/")
    assert "下の2か所をすべて直す" in html
    assert html.count("<table") == 1
    assert "参照を直しました（1条項）。" in scene.press("references/", "「4.」に直す")
    assert scene.text() == "上記2.及び上記4.を進める。"
    assert "直す前の文言に戻しました（1件）。" in scene.press("references/", "直す前の文言に戻す")
    assert scene.text() == "上記2.及び上記3.を進める。"
    scene.press("references/", "すべて直す")
    assert scene.text() == "上記3.及び上記4.を進める。"


@pytest.mark.parametrize("only", ["x", "x:１", "x:" + "1" * 5000])
def test_no_place_is_no_reference(scene, only):
    scene.insert()
    scene.press("numbers/", "この番号に付け直す")
    assert "直せる参照がありません。" in scene.press("references/", "すべて直す", only=only)
    assert scene.text() == "上記2.及び上記3.を進める。"


def test_what_needs_a_hand_is_said(scene):
    new = scene.insert()
    assert "の番号は、二つの条項にあります。" in scene.get("references/")
    amending.undo(scene.draft, new, by=None)
    two = next(n for n in amending.text_of(scene.draft).order if n.text == "項目2の推進")
    amending.repeal(scene.draft, two.wording.clause, by=None)
    html = scene.get("references/")
    assert "の指していた「2. 項目2の推進」は、削られています。" in html
    assert "すべて直す" not in html
    assert (
        scene.client.post(scene.address + "references/", {"only": "x"}, follow=True).status_code
        == 200
    )


def test_a_new_item_pushes_those_behind_when_that_is_ticked(scene):
    address = (
        f"{scene.address}items/new/?parent={scene.chapter.public_id}&after={scene.one.public_id}"
    )
    place = f"{scene.chapter.public_id}:{scene.one.public_id}"
    data = {"place": place, "label": "2", "text": "新しい項目", "body": "進める。"}
    html = scene.client.post(address, data).content.decode()
    assert "に印を付けると、この場所に入れられます。" in html
    scene.client.post(address, data | {"shift": "yes"})
    assert scene.labels() == ["1", "2", "3", "4"]
