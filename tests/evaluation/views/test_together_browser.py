"""Working together in real browsers: fit pages, who is there, and two editors without a script."""

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from evaluation import amending, commenting
from evaluation.models import Clause
from jst_objectives import history
from programs.models import Role
from tests.evaluation.test_applying import text_with
from tests.evaluation.views.browsing import Portal
from tests.evaluation.views.test_browser import Scene, Visit
from tests.factories import make_period


@pytest.fixture
def scene(portal: Portal) -> Scene:
    return Scene(portal)


def test_the_pages_are_fit_to_be_used(scene: Scene):
    editor = scene.people["editor"]
    thread = commenting.comment(
        scene.real, scene.item, "言いすぎでは。", by=scene.people["approver"]
    )
    commenting.answer(thread, "直しました。", by=editor)
    done = commenting.comment(scene.real, scene.item, "済んだ話。", by=editor)
    commenting.resolve(done, by=editor)
    other = make_period()
    text_with(other, item="社会変革に資する研究開発による新たな価値創造の推進")
    history.save(Role(user=editor, agency=other.agency, role="editor"), by=None, reason="試験")
    visit = Visit(scene.portal.window(editor))
    clause = scene.of(scene.real, "clauses", scene.item.public_id)
    visit.to(clause, clause + "comment/", scene.of(scene.real, "edit"))
    visit.to(
        *(scene.of(scene.real, "comments") + f"?state={s}" for s in ("open", "resolved", "all"))
    )
    visit.to(scene.of(scene.empty, "comments"), scene.of(scene.real, "comments", thread.pk))
    visit.press(clause + "comment/", "コメントする")
    visit.press(scene.of(scene.real, "comments", thread.pk), "返信する")
    visit.to(scene.of(scene.overtaken, "conflicts"), scene.of(scene.empty, "conflicts"))
    visit.press(
        scene.of(scene.overtaken, "clauses", scene.item.public_id, "settle"), "この文言で保存する"
    )
    visit.to(scene.of(scene.real, "other-agencies"), scene.of(scene.empty, "other-agencies"))
    visit.to("/account/")


def test_an_open_page_tells_who_else_is_there(scene: Scene):
    first, second = (
        scene.portal.window(user) for user in (scene.people["editor"], colleague(scene))
    )
    first.clock.install()
    clause = scene.of(scene.real, "clauses", scene.item.public_id)
    first.goto(clause)
    told = first.locator(".presence")
    expect(told).to_be_hidden()
    second.goto(clause)
    expect(second.locator(".presence")).to_contain_text(
        "いま、editorさんもこの条項を開いています。"
    )
    with first.expect_response("**/presence/"):
        first.clock.run_for(20_000)
    expect(told).to_contain_text("いま、佐藤さんもこの条項を開いています。")


def test_where_the_session_has_ended_the_page_stops_asking(scene: Scene):
    page = scene.portal.window(scene.people["editor"])
    page.clock.install()
    page.goto(scene.of(scene.real, "clauses", scene.item.public_id))
    Session.objects.all().delete()
    with page.expect_response("**/presence/"):
        page.clock.run_for(20_000)
    page.clock.run_for(60_000)
    expect(page.locator(".presence")).to_be_hidden()


def test_two_editors_merge_without_a_script(scene: Scene):
    draft = scene.empty
    body = Clause.objects.filter(kind="body", introduced_by__kind="baseline")[1]
    amending.reword(
        draft, body, "第一の段落。\n第二の段落。\n第三の段落。", by=scene.people["editor"]
    )
    where = scene.of(draft, "clauses", body.public_id)
    windows = [
        scene.portal.window(user, java_script_enabled=False)
        for user in (scene.people["editor"], colleague(scene))
    ]
    for page in windows:
        page.goto(where)
    for page, old, new in zip(windows, ("第二", "第一"), ("次", "最初"), strict=True):
        field = page.get_by_label("本文", exact=False).first
        mine = field.input_value().replace("第三", f"{new}から三つ目").replace(old, new)
        field.fill(mine)
        page.get_by_role("button", name="保存する", exact=True).click()
    late = windows[1]
    expect(late.get_by_role("heading", level=1)).to_have_text("先に保存された変更があります")
    late.get_by_role("group", name="両方が同じ所を改めた段落").get_by_label(
        "次の文言にする"
    ).check()
    late.get_by_label("3つ目の段落の文言").fill("最後の段落。")
    late.get_by_role("button", name="この文言で保存する").click()
    expect(late.get_by_role("status").first).to_have_text("統合した文言を保存しました。")
    text = amending.text_of(draft).nodes[body.pk].text
    assert text == "最初の段落。\n次の段落。\n最後の段落。"


def colleague(scene: Scene):
    return scene.portal.person("editor", "佐藤")
