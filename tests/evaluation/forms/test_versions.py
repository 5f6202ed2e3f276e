"""Two versions chosen from lists: what is offered to whom, and what becomes of a choice."""

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from evaluation import amending, drafting, procedure
from evaluation.documents.issuing import take_snapshot
from evaluation.documents.offered import DECIDED, DRAFTED, TAKEN, offered, proposed
from evaluation.eras import written
from evaluation.forms.versions import ON, VersionsForm
from tests.factories import decide, make_baseline, make_draft, make_period, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    period = make_period()
    baseline, (_, one, *_) = make_baseline(period)
    past, draft = make_draft(period), make_draft(period)
    amending.reword(past, one, "改めた項目", by=None)
    decide(past, dt.date(2024, 4, 1))
    amending.reword(draft, one, "直している項目", by=None)
    take_snapshot(draft, by=None)
    return period, baseline, past, draft


def form(scene, reader=None, **query) -> VersionsForm:
    reader = reader or make_user(scene[0].agency, "editor")
    made = VersionsForm(query, scene[0], reader, offered(scene[0], reader))
    if query:
        made.is_valid()
    return made


class TestOffering:
    def test_to_an_editor(self, scene):
        period, baseline, past, draft = scene
        today = written(timezone.localdate())
        assert offered(period, make_user(period.agency, "editor")) == [
            (
                DECIDED,
                [
                    (
                        f"with:{past.slug}",
                        f"{past.slug}を反映した本文（令和6年4月1日から適用）：{past}",
                    ),
                    (f"before:{past.slug}", f"{past.slug}の前の本文：{past}"),
                    (f"with:{baseline.slug}", f"{baseline}（登録の起点）"),
                ],
            ),
            (
                DRAFTED,
                [
                    (f"with:{draft.slug}", f"{draft.slug}を反映した本文：{draft}"),
                    (f"before:{draft.slug}", f"{draft.slug}の前の本文：{draft}"),
                ],
            ),
            (
                TAKEN,
                [
                    (f"with:{draft.slug}@1", f"{draft.slug} 第1版（{today}）：{draft}"),
                    (f"with:{past.slug}@1", f"{past.slug} 第1版（{today}）：{past}"),
                ],
            ),
        ]

    def test_to_others_only_what_they_may_read(self, scene):
        period, baseline, _, draft = scene
        groups = {name for name, _ in offered(period, make_user(period.agency, "assessor"))}
        assert groups == {DECIDED}
        assert offered(period, AnonymousUser()) == []
        approver = make_user(period.agency, "approver")
        procedure.publish(baseline, by=approver, published_on=timezone.localdate())
        assert offered(period, AnonymousUser()) == [
            (DECIDED, [(f"with:{baseline.slug}", f"{baseline}（登録の起点）")])
        ]
        drafting.share(draft, by=make_user())
        shared = dict(offered(period, make_user(period.agency, "agency")))
        assert DRAFTED in shared
        assert TAKEN not in shared  # it was taken before the sharing

    def test_a_draft_is_proposed_first(self, scene):
        period, _, past, draft = scene
        groups = offered(period, make_user(period.agency, "editor"))
        assert proposed(groups) == f"with:{draft.slug}"
        assert proposed(groups[:1]) == f"with:{past.slug}"
        assert proposed([]) == ""


class TestChoosing:
    def test_days_in_either_calendar_and_amendments(self, scene):
        chosen = form(scene, old=ON, old_on="令和5年4月1日", new=f"with:{scene[3].slug}", new_on="")
        assert chosen.errors == {}
        assert chosen.cleaned_data["old"].spec == "on:2023-04-01"
        assert chosen.cleaned_data["new"].spec == f"with:{scene[3].slug}"
        assert chosen.was_chosen

    def test_the_short_form_of_an_address(self, scene):
        chosen = form(scene, old="on:2023-04-01", new=f"with:{scene[3].slug}@1")
        assert chosen.errors == {}
        assert not chosen.was_chosen

    @pytest.mark.parametrize(
        ("query", "field", "words"),
        [
            ({"old": ""}, "old", "比べる元（変更の前）を選んでください。"),
            ({"old_on": ""}, "old_on", "元の日付を入力してください。"),
            ({"old_on": "あす"}, "old_on", "元の日付の「あす」を読み取れません。"),
            (
                {"new": "x", "new_on": ""},
                "new",
                "比べる先（変更の後）の「x」という版はありません。",
            ),
            (
                {"new": ON, "new_on": "R8.2.30"},
                "new_on",
                "先の日付の「R8.2.30」という日はありません。",
            ),
        ],
    )
    def test_what_is_wrong_is_said_at_its_field_and_kept(self, scene, query, field, words):
        typed = {"old": ON, "old_on": "R5.4.1", "new": ON, "new_on": "R6.4.1"} | query
        refused = form(scene, **typed)
        assert list(refused.errors) == [field]
        assert refused.errors[field][0].startswith(words)
        html = str(refused[field])
        assert not query[field] or query[field] in html
