"""The page on which an editor draws the marks of a clause."""

import pytest

from evaluation import amending, drafting, procedure
from evaluation.comparison.marking import Marks
from evaluation.models import Marking
from tests.evaluation.test_hand import NEW, OLD, WIDER, draft, paragraph  # noqa: F401
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client, draft):  # noqa: F811
    """Return the address of the page; the client is an editor."""
    period = draft.period
    client.force_login(make_user(period.agency, "editor"))
    clause = paragraph(draft).public_id
    return f"/{period.agency.code}/{period.number}/amendments/{draft.slug}/clauses/{clause}/marks/"


def seen():
    return amending.marking_fingerprint(OLD, NEW, Marking.objects.first())


def send(client, page, **values):
    ticked = {"old": ["0-3"], "new": ["0-3", "3-7"]}
    return client.post(page, ticked | {"why": "", "seen": seen()} | values)


def test_every_word_is_a_box_and_the_engines_are_ticked(client, page):
    html = client.get(page).content.decode()
    assert html.count('type="checkbox" name="old"') == 6
    assert html.count('type="checkbox" name="new"') == 9
    assert '<input type="checkbox" name="new" value="3-4" checked><span>と</span>' in html
    assert html.count("checked>") == 3
    by_character = client.get(page + "?by=character").content.decode()
    assert by_character.count('name="old"') == len(OLD)


def test_the_form_alone_is_for_the_row_of_the_table(client, page):
    html = client.get(page + "?table&part=form").content.decode()
    assert html.lstrip().startswith('<form method="post"')
    assert f'action="{page}?by=word&amp;table="' in html


def test_marks_are_saved_and_their_reason(client, page):
    response = send(client, page, why="語を切らない")
    assert response.status_code == 302
    assert response["Location"] == page.removesuffix("marks/")
    assert (Marking.objects.get().marks, Marking.objects.get().why) == (WIDER, "語を切らない")
    html = client.get(page).content.decode()
    assert html.count("checked>") == 2 + 5
    assert "語を切らない" in html
    response = send(client, page + "?table")
    assert response["Location"].partition("#")[2].startswith("marks-")


def test_the_table_is_shown_again_as_it_was(client, page):
    table = page.partition("clauses/")[0] + "comparison/"
    html = client.get(table + "?extent=full&moves=track").content.decode()
    assert f'href="{page}?table=extent%3Dfull%26moves%3Dtrack"' in html
    shown = client.get(page + "?table=extent%3Dfull%26moves%3Dtrack").content.decode()
    back = f"{table}?extent=full&moves=track#marks-{page.split('/')[-3]}"
    assert f'href="{back.replace("&", "&amp;")}"' in shown
    response = send(client, page + "?by=word&table=extent%3Dfull%26moves%3Dtrack")
    assert response["Location"] == back
    response = send(client, page + "?table=%0d%0aX:%20y")  # nothing of it can leave the address
    assert response["Location"] == f"{table}?%0D%0AX%3A+y=#{back.partition('#')[2]}"


def test_marks_equal_to_the_proposal_are_said_to_be(client, page):
    response = client.post(page, {"new": ["3-7"], "why": "", "seen": seen()}, follow=True)
    told = [str(message) for message in response.context["messages"]]
    assert told == ["自動の案と同じです。自動の案の下線を使います。"]
    assert not Marking.objects.exists()


def test_ticks_that_are_not_saved_are_shown_by_character(client, page):
    ticked = {"old": ["0-3"], "new": ["0-4"], "why": "まだ途中", "seen": seen()}
    response = client.post(page + "?by=word&table=", ticked | {"by": "character"})
    html = response.content.decode()
    assert (response.status_code, Marking.objects.count()) == (200, 0)
    assert (html.count('name="old"'), html.count("checked>")) == (len(OLD), 3 + 4)
    assert f'action="{page}?by=character&amp;table="' in html
    assert 'value="まだ途中"' in html
    response = client.post(page + "?by=character&part=form", ticked | {"by": "word"})
    html = response.content.decode().lstrip()
    assert (html.startswith("<form"), html.count("checked>")) == (True, 2 + 3)


def test_the_way_back(client, page):
    send(client, page)
    response = send(client, page, proposal="1")
    assert (response.status_code, Marking.objects.count()) == (302, 0)


def test_what_goes_unseen_is_said_and_not_forbidden(client, page):
    response = client.post(page, {"old": ["0-2"], "why": "", "seen": seen()}, follow=True)
    told = [str(message) for message in response.context["messages"]]
    words = "「と項目2」の追加に、下線がありません。　下線のない部分が、左右で違います：現行の「1」、変更案の「項目1」"
    assert told == ["下線を保存しました。", words]
    table = page.partition("clauses/")[0] + "comparison/"
    assert "下線の足りない所" in client.get(table).content.decode()


def test_a_long_text_is_marked_character_by_character(client, page, draft):  # noqa: F811
    long = "研究開発を推進する。" * 400
    amending.reword(draft, paragraph(draft), long, by=make_user())
    html = client.get(page + "?by=character").content.decode()
    assert html.count('name="new"') == len(long)
    every = [f"{k}-{k + 1}" for k in range(len(long))]
    seen = amending.marking_fingerprint(OLD, long, None)
    response = client.post(page, {"old": ["0-9"], "new": every, "why": "", "seen": seen})
    assert response.status_code == 302
    assert Marking.objects.get().marks == Marks(((0, 9),), ((0, len(long)),))


def test_who_was_slower_sees_what_stands_and_loses_nothing(client, page, draft):  # noqa: F811
    before = seen()
    amending.draw(draft, paragraph(draft), Marks(((0, 2),), ((0, 4),)), by=make_user())
    response = send(client, page, seen=before, why="わたしの理由")
    assert response.status_code == 409
    html = response.content.decode()
    assert "ほかの人が先にこの条項の文言か下線を変更しました" in html
    assert "わたしの理由" in html
    assert Marking.objects.get().marks == Marks(((0, 2),), ((0, 4),))
    assert f'name="seen" value="{seen()}"' in html


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"old": ["x"]}, "下線の位置を読み取れません。"),
        ({"old": ["0-99"]}, "下線の位置が文言と合いません。"),
        ({"why": "理\u202e由"}, "文字の並ぶ向きを変える文字"),
        ({"why": "理" * 501}, "500"),
        ({"seen": ""}, "開き直して"),
    ],
)
def test_bad_input_is_told_and_stores_nothing(client, page, values, words):
    response = send(client, page, **values)
    assert (response.status_code, words in response.content.decode()) == (200, True)
    assert not Marking.objects.exists()


def test_stale_marks_are_flagged_on_every_page_of_the_draft(client, page, draft):  # noqa: F811
    clause = paragraph(draft)
    amending.draw(draft, clause, WIDER, by=make_user())
    amending.reword(draft, clause, NEW.replace("推進", "促進"), by=make_user())
    of_draft, _, _ = page.partition("clauses/")
    stale = ("comparison/", "edit/", "steps/submit/")
    for address in (page, page.removesuffix("marks/"), *(of_draft + name for name in stale)):
        assert client.get(address).content.decode().count("本文が変わりました。") == 1
    assert f'<li><a href="{page}">' in client.get(of_draft + "edit/").content.decode()


def test_only_who_may_edit_is_led_to_the_marks(client, page, draft):  # noqa: F811
    clause = paragraph(draft)
    amending.draw(draft, clause, Marks(((0, 2),), ()), by=make_user())
    steps = page.partition("clauses/")[0] + "steps/"
    words = f"{NEW}{{}}：「と項目2」の追加に、下線がありません。"
    html = client.get(steps + "submit/").content.decode()
    assert (f'href="{page}"' in html, words.format("</a>") in html) == (True, True)
    procedure.submit(draft, by=make_user())
    client.force_login(make_user(draft.period.agency, "approver"))
    html = client.get(steps + "approve/").content.decode()
    assert (f'href="{page}"' in html, words.format("」") in html) == (False, True)


def test_a_clause_without_marks_of_its_own_is_not_there(client, page, draft):  # noqa: F811
    new = amending.insert(draft, "chapter", parent=None, label="Ⅵ", text="その他", by=None)
    address = page.replace(paragraph(draft).public_id, new.public_id)
    response = client.get(address)
    assert response.status_code == 404
    assert "文言を改めた条項だけです" in response.content.decode()


def move(draft):  # noqa: F811
    """Move the paragraph below item 2."""
    other = next(n for n in amending.text_of(draft).order if n.text == "項目2の推進").wording.clause
    amending.move(draft, paragraph(draft), parent=other, by=make_user())


def test_what_moved_is_marked_where_a_table_follows_it(client, page, draft):  # noqa: F811
    move(draft)
    table, clause = page.partition("clauses/")[0] + "comparison/", page.removesuffix("marks/")
    whole = "発行する表では（新設）と（削る）になり、全体に下線が付きます。"
    for address in (table, clause):
        assert f'href="{page}' not in client.get(address).content.decode()
    assert whole in client.get(clause).content.decode()
    assert (
        f'href="{page}?table=moves%3Dtrack"' in client.get(table + "?moves=track").content.decode()
    )
    assert whole in client.get(page).content.decode()
    send(client, page)
    assert "項目1と項目2</ins>" in client.get(table + "?moves=track").content.decode()
    drafting.change_table_form(draft, by=make_user(), moves="track")
    html = client.get(clause).content.decode()
    assert (whole in html, f'href="{page}"' in html) == (False, True)
    assert "項目1と項目2</ins>" in html
    assert whole not in client.get(page).content.decode()


def test_what_moved_with_the_words_it_had_has_no_marks(client, page, draft):  # noqa: F811
    move(draft)
    amending.reword(draft, paragraph(draft), OLD.replace("1", "１"), by=make_user())
    table = page.partition("clauses/")[0] + "comparison/?moves=track&extent=full"
    assert client.get(table).content.decode().count('class="draw"') == 0
    assert client.get(page).status_code == 404


def test_the_link_says_which_clause(client, page):
    table = page.partition("clauses/")[0] + "comparison/"
    hidden = f'<span class="visually-hidden">：{NEW}</span></a>'
    assert hidden in client.get(table).content.decode()


def test_the_table_leads_editors_to_it_and_nobody_else(client, page, draft):  # noqa: F811
    table = page.partition("clauses/")[0] + "comparison/"
    assert client.get(table).content.decode().count('class="draw"') == 1
    client.force_login(make_user(draft.period.agency, "approver"))
    assert client.get(table).content.decode().count('class="draw"') == 0
