"""Pasting: shown before it is stored, stored once, refused whole; in pages and in a browser."""

import pytest
from playwright.sync_api import expect

from evaluation import amending
from evaluation.models import Wording
from tests.evaluation.views.browsing import PERIOD, Portal
from tests.factories import make_baseline, make_draft, make_period, make_user

pytestmark = pytest.mark.django_db
PASTED = "1. 項目1の推進\n項目1を推進する。\n若手を支援する。\n○モニタリング指標\n・論文数"


@pytest.fixture
def scene(client):
    """A draft on three items, its address, and an editor at it; the first item is chosen."""
    period = make_period()
    _, (_, one, *_) = make_baseline(period)
    draft = make_draft(period)
    client.force_login(make_user(period.agency, "editor"))
    address = f"/{period.agency.code}/5/amendments/{draft.slug}/paste/"
    return client, draft, address, {"place": one.public_id, "text": PASTED}


def seen(client, address, data):
    html = client.post(address, data).content.decode()
    return html, html.split('name="seen" value="')[1].split('"')[0]


def test_it_is_shown_before_it_is_stored(scene):
    client, draft, address, data = scene
    assert data["place"] in client.get(f"{address}?place={data['place']}").content.decode()
    html, digest = seen(client, address, data)
    assert "まだ保存していません。</strong>同じ 2、新設 2" in html
    assert draft.wordings.count() == 0
    confirmed = data | {"seen": digest, "confirm": "1"}
    html = client.post(address, confirmed, follow=True).content.decode()
    assert "貼り付けた文章を、2条項に取り込みました。" in html
    assert draft.wordings.count() == 2
    html, again = seen(client, address, data)
    assert "まだ保存していません。</strong>同じ 4" in html
    html = client.post(address, confirmed | {"seen": again}, follow=True).content.decode()
    assert "変わったところはありません。何も保存していません。" in html
    assert Wording.history.filter(amendment=draft).count() == 2


def test_who_was_overtaken_sees_it_anew(scene):
    client, draft, address, data = scene
    _, digest = seen(client, address, data)
    amending.paste(
        draft, Wording.objects.get(clause__public_id=data["place"]).clause, PASTED, by=None
    )
    response = client.post(address, data | {"seen": digest, "confirm": "1"})
    assert response.status_code == 409
    assert "ほかの人が先にこの項目を変更しました。" in response.content.decode()
    assert "まだ保存していません。</strong>同じ 4" in response.content.decode()


def test_what_is_chosen_is_deleted_or_taken(scene):
    client, draft, address, data = scene
    data["text"] = "項目1を推進すろ。"
    html, digest = seen(client, address, data)
    assert "<strong>この違いのとおりに改める</strong>（現行と一字だけ違います）" in html
    assert "変わるところはありません。" in html
    near = html.split('name="chosen" value="')[1].split('"')[0]
    chosen = data | {"chosen": [near]}
    html, digest = seen(client, address, chosen)
    assert f'value="{near}" checked' in html
    client.post(address, chosen | {"seen": digest, "confirm": "1"})
    assert draft.wordings.get().text == "項目1を推進すろ。"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"text": ""}, "文章を貼り付けてください。"),
        ({"place": ""}, "どの項目に貼り付けるかを選んでください。"),
        ({"place": "none"}, "選んだ項目は、その間に削られました。"),
        ({"text": "9. 1. 別の所\n本文。"}, "「9. 1.」は、選んだ項目の中の番号ではありません。"),
        ({"text": "前\u202e後"}, "1番目の段落の2文字目の"),
        ({"text": "段落。\n" * 501}, "一度に貼り付けられるのは、500段落までです（いま501段落）。"),
        ({"text": "あ" * 100_001}, "一度に貼り付けられるのは、100,000文字までです。"),
    ],
)
def test_what_cannot_be_pasted_is_explained(scene, change, words):
    client, draft, address, data = scene
    response = client.post(address, data | change)
    assert (response.status_code, draft.wordings.count()) == (200, 0)
    page = response.content.decode()
    assert words in page
    assert " data-guarded data-unsaved" in page


# --- In a browser ---------------------------------------------------------------------------------
@pytest.mark.parametrize("script", [True, False])
def test_an_item_is_pasted_from_word(portal: Portal, script: bool):
    editor = portal.person("editor", "起案")
    draft = make_draft(portal.period, by=editor)
    page = portal.window(editor, java_script_enabled=script)
    page.goto(f"{PERIOD}amendments/{draft.slug}/edit/")
    page.get_by_role("link", name="Wordから貼り付ける").click()
    page.get_by_label("貼り付ける項目").select_option(label="4. 多様な人材の支援・育成")
    page.get_by_label("貼り付ける文章").fill(
        "4. 1. 創発的研究の支授\n4. 3. 先端技術分野における研究開発の推進\n研究開発を推進する。\n"
        "○評価軸\n・成果が創出されているか。\n○モニタリング指標\n・論文数"
    )
    page.get_by_role("button", name="何が変わるかを見る").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("貼り付けた文章の確認")
    expect(page.locator(".notice.info")).to_have_text(
        "まだ保存していません。わずかな違い 1、新設 4、削る候補 1"
    )
    expect(page.get_by_label("この違いのとおりに改める")).not_to_be_checked()
    expect(page.get_by_label("削る（下にあるものも）")).not_to_be_checked()
    assert page.locator("table.comparison ins").all_text_contents() == [
        "追加4. 3. 先端技術分野における研究開発の推進",
        "追加研究開発を推進する。",
        "追加4.3. 先端技術分野における研究開発の推進",
        "追加・成果が創出されているか。",
        "追加・論文数",
    ]
    assert draft.wordings.count() == 0
    page.get_by_role("button", name="この内容で取り込む").click()
    expect(page.get_by_role("status")).to_have_text("貼り付けた文章を、4条項に取り込みました。")
    text = amending.text_of(draft)
    new = next(n for n in text.order if n.wording.amendment_id == draft.pk)
    assert f"{text.number(new)} {new.text}" == "4.3. 先端技術分野における研究開発の推進"
