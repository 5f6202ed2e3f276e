"""Fifty editors save one clause at the same moment, with real threads on PostgreSQL.

Each is told that the text is saved, or gets the page of the conflict with what was typed; nothing else
happens, and nothing is lost.
"""

import json

import pytest

from tests.databases import manage, query

pytestmark = pytest.mark.postgresql
EDITORS = 50
# Everybody opens the page first. Then all send their forms at once. Who meets a conflict stops there, or
# (`together`) sends the form of that page, one after the other, until it is saved.
SAVING = """
import json, re, threading
from html import unescape
from django.conf import settings
from django.db import connection, connections
from django.test import Client

pool = connections.settings["default"]["OPTIONS"]["pool"]
pool.update(min_size=0, max_size=EDITORS, timeout=120)
settings.ALLOWED_HOSTS = ["testserver"]
plain = "django.contrib.staticfiles.storage.StaticFilesStorage"  # nothing is collected here
settings.STORAGES["staticfiles"] = {"BACKEND": plain}
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

from evaluation import amending
from evaluation.models import Clause, ObjectivePeriod
from jst_objectives import history
from programs.models import Role, User

period = ObjectivePeriod.objects.get()
body = Clause.objects.filter(kind="body", introduced_by__kind="baseline").first()
draft = amending.start(period, slug="fifty", title="五十人", by=None)
amending.reword(draft, body, TEXT, by=None)
place = f"/jst/5/amendments/fifty/clauses/{body.public_id}/"

def person(number):
    user = User(username=f"editor{number}", last_name="起案", first_name=str(number))
    history.save(user, by=None, reason="試験")
    history.save(Role(user=user, agency=period.agency, role="editor"), by=None, reason="試験")
    client = Client()
    client.force_login(user)
    return client

def fields(page):
    # What a browser would send of the page's form with the text.
    form = max(re.findall("<form.*?</form>", page, re.DOTALL), key=len)
    sent = {}
    for tag in re.findall("<input[^>]*>", form):
        name, value = (re.search(f'{key}="([^"]*)"', tag) for key in ("name", "value"))
        if name and (not 'type="radio"' in tag or " checked" in tag):
            sent[name[1]] = unescape(value[1]) if value else ""
    for name, value in re.findall('<textarea name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        sent[name] = unescape(value).removeprefix("\\n").replace("\\r\\n", "\\n")
    return sent | {"reason": ""}

clients = [person(number) for number in range(EDITORS)]
forms = [fields(client.get(place).content.decode()) for client in clients]
told = [[] for _ in clients]
start, turn = threading.Barrier(EDITORS), threading.Lock()

def send(number, where, form):
    answer = clients[number].post(where, form)
    page = answer.content.decode()
    kept = answer.status_code == 302 or NEW.format(number) in unescape(page)
    told[number].append([answer.status_code, kept])
    return page

def save(number):
    form, where = forms[number], place + "reword/"
    form["text"] = form["text"].replace(OLD.format(number), NEW.format(number))
    start.wait()
    page = send(number, where, form)
    with turn:
        while together and told[number][-1][0] == 409 and len(told[number]) < 5:
            page = send(number, place + "settle/", fields(page))
    connection.close()

threads = [threading.Thread(target=save, args=[number]) for number in range(EDITORS)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(json.dumps([told, amending.text_of(draft).nodes[body.pk].text]))
"""


def saved(database, text, old, new, *, together):
    given = {"EDITORS": EDITORS, "TEXT": text, "OLD": old, "NEW": new, "together": together}
    script = "".join(f"{name} = {value!r}\n" for name, value in given.items()) + SAVING
    told, now = json.loads(manage(database, "shell", "-v", "0", "-c", script))
    history = query(
        database,
        "SELECT h.text, h.actor_name FROM evaluation_historicalwording h"
        " JOIN evaluation_amendment a ON a.id = h.amendment_id WHERE a.slug = 'fifty'"
        " ORDER BY h.history_id",
    )
    return told, now, history


def test_on_one_paragraph_one_is_saved_and_the_others_meet_it(database):
    told, now, history = saved(database, "一つの段落。", "一つの", "{}人目の", together=False)
    answers = [answer for (answer,) in told]
    assert [answer for answer in answers if answer not in ([302, True], [409, True])] == []
    winners = [number for number, answer in enumerate(answers) if answer == [302, True]]
    assert len(winners) == 1
    assert now == f"{winners[0]}人目の段落。"
    assert [text for text, _ in history] == ["一つの段落。", now]


def test_on_a_paragraph_each_all_are_saved_in_the_end(database):
    paragraphs = [f"段落（{number}）の文言。" for number in range(EDITORS)]
    told, now, history = saved(
        database, "\n".join(paragraphs), "段落（{}）", "改めた段落（{}）", together=True
    )
    assert {status for of_one in told for status, _ in of_one} <= {302, 409}
    assert [kept for of_one in told for _, kept in of_one if not kept] == []
    assert [of_one[-1][0] for of_one in told] == [302] * EDITORS
    assert now == "\n".join(f"改めた{text}" for text in paragraphs)
    assert len(history) == 1 + EDITORS
    for number, of_one in enumerate(told):
        own = [text for text, actor in history if actor.endswith(f"（editor{number}）")]
        assert (number, len(own), len(of_one) >= 1) == (number, 1, True)
        assert f"改めた段落（{number}）" in own[0]
