"""Any two versions: what an address means, to whom, and how a draft stood at an earlier moment."""

import copy
import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from evaluation import amending, drafting, procedure
from evaluation.comparison.rows import Table
from evaluation.documents.comparison import from_data
from evaluation.documents.issuing import take_snapshot
from evaluation.documents.versions import EXPECTED, Version, compare_texts
from evaluation.loading import load_source
from evaluation.models import Amendment, Wording
from programs.access import Hidden
from tests.factories import decide, make_baseline, make_draft, make_period, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def made(module_rows):
    period = make_period()
    baseline, clauses = make_baseline(period)
    draft = make_draft(period)
    return period, baseline, clauses, draft


@pytest.fixture
def scene(made):
    return copy.deepcopy(made)


def compared(period, old: str, new: str, reader=None) -> Table:
    before, after = (Version.parse(spec, period, reader) for spec in (old, new))
    return compare_texts(before, after, before.text(), after.text())


def shown(table: Table):
    return [(row.kind.value, row.proposed, row.current) for row in table.rows]


class TestReading:
    @pytest.mark.parametrize(
        "spec",
        [
            *("", "2026-04-01", "on:", "on:2026-4-1", "with:", "with:a b", "after:x", "with:x@"),
            *("with:x@2026-02-01", "with:x@0000001", "with:x@３", "on:2026-04-01@1"),
        ],
    )
    def test_what_is_no_version_names_the_forms_expected(self, scene, spec):
        with pytest.raises(ValidationError) as error:
            Version.parse(spec, scene[0], None)
        assert error.value.messages == [f"「{spec}」を読み取れません。{EXPECTED}"]

    @pytest.mark.parametrize(
        ("spec", "words"),
        [
            ("on:2026-02-30", "「2026-02-30」という日はありません。"),
            ("with:{}@2026-02-30T10:00", "「2026-02-30T10:00」という日時はありません。"),
            ("with:{}@2026-02-01T25:00", "「2026-02-01T25:00」という日時はありません。"),
            ("with:{}@0001-01-01T00:00", "「0001-01-01T00:00」という日時はありません。"),
            ("on:2026-04-01@0001-01-01T00:00", "「0001-01-01T00:00」という日時はありません。"),
            ("before:{}@2020-02-01T10:00", "変更前の本文には、版や日時を付けられません。"),
        ],
    )
    def test_days_that_there_are_not(self, scene, spec, words):
        with pytest.raises(ValidationError) as error:
            Version.parse(spec.format(scene[3].slug), scene[0], None)
        assert words in error.value.messages[0]
        assert error.value.messages[0].endswith(EXPECTED)

    def test_a_moment_to_come(self, scene):
        with pytest.raises(ValidationError, match="これから先の日時です"):
            Version.parse(f"with:{scene[3].slug}@2199-01-01T00:00", scene[0], None)

    def test_names(self, scene):
        period, baseline, (_, one, *_), draft = scene
        amending.reword(draft, one, "項目1の振興", by=None)
        take_snapshot(draft, by=None)
        slug = draft.slug
        now = timezone.localtime().replace(second=0, microsecond=0)
        earlier = f"{now:%Y-%m-%dT%H:%M}"
        names = {
            "on:2026-01-28": "令和8年1月28日現在",
            "on:1800-01-28": "1800年1月28日現在",
            f"with:{baseline.slug}": "登録の起点",
            f"with:{slug}": f"変更案（{slug}）",
            f"before:{slug}": f"変更前（{slug}）",
            f"with:{slug}@1": f"変更案（{slug}）第1版",
        }
        assert {spec: Version.parse(spec, period, None).name for spec in names} == names
        at = Version.parse(f"with:{slug}@{earlier}", period, None)
        assert at.name.startswith(f"変更案（{slug}）令和")
        assert at.name.endswith(f"{now:%H:%M}現在")
        decide(draft)
        assert Version.parse(f"with:{slug}", period, None).name == f"変更後（{slug}）"


class TestComparing:
    def test_in_force_on_two_days(self, scene):
        period, _, (_, one, *_), draft = scene
        amending.reword(draft, one, "項目1の振興", by=None)
        decide(draft, dt.date(2024, 4, 1))
        table = compared(period, "on:2024-03-31", "on:2024-04-01")
        assert table.title == f"{period.title} 新旧対照表"
        assert table.columns == ("令和6年4月1日現在", "令和6年3月31日現在")
        assert [row.clause_id for row in table.rows[2:]] == [one.public_id]
        assert compared(period, "on:2024-04-01", "on:2024-04-02").rows == ()

    def test_the_same_day_as_known_at_two_moments(self, scene):
        period, baseline, (_, one, *_), _ = scene
        correction = make_draft(period, kind=Amendment.Kind.CORRECTION)
        amending.correct(correction, baseline.wordings.get(clause=one), text="正しい項目", by=None)
        known = f"{timezone.localtime():%Y-%m-%dT%H:%M:%S.%f}"
        decide(correction, recorded_at=timezone.now() + dt.timedelta(seconds=1))
        old = Version.parse(f"on:2024-04-01@{known}", period, None)
        assert old.name.startswith("令和6年4月1日現在（令和")
        assert old.name.endswith("までの登録）")
        assert not old.is_draft
        table = compared(period, f"on:2024-04-01@{known}", "on:2024-04-01")
        assert [row.clause_id for row in table.rows[2:]] == [one.public_id]

    def test_a_day_before_anything(self, scene):
        with pytest.raises(ValidationError) as error:
            compared(scene[0], "on:2022-03-31", "on:2022-04-01")
        words = "「令和4年3月31日現在」：この日の本文は登録されていません。"
        assert error.value.messages == [words]

    def test_two_drafts(self, scene):
        period, _, (_, one, two, *_), draft = scene
        other = make_draft(period)
        amending.reword(draft, one, "項目1の振興", by=None)
        amending.reword(other, two, "項目2の振興", by=None)
        table = compared(period, f"with:{draft.slug}", f"with:{other.slug}")
        assert [row.clause_id for row in table.rows[2:]] == [one.public_id, two.public_id]

    def test_before_an_amendment_and_with_it(self, scene):
        period, baseline, (_, one, *_), draft = scene
        amending.reword(draft, one, "項目1の振興", by=None)
        decide(draft)
        table = compared(period, f"before:{draft.slug}", f"with:{draft.slug}")
        assert [row.clause_id for row in table.rows[2:]] == [one.public_id]
        everything = compared(period, f"before:{baseline.slug}", f"with:{baseline.slug}")
        assert {row.kind.value for row in everything.rows} == {"label", "new"}

    def test_a_draft_as_its_snapshot_saw_it_gives_the_rows_of_the_snapshot(self):
        load_source()
        draft = Amendment.objects.select_related("period").get(slug="2026-01-28")
        snapshot = take_snapshot(draft, by=None)
        for wording in list(draft.wordings.select_related("clause"))[:6]:
            amending.reword(draft, wording.clause, wording.text + "加筆", by=None)
        new = draft.wordings.filter(base=None).select_related("clause").first().clause
        amending.undo(draft, new, by=None)
        table = compared(draft.period, f"before:{draft.slug}", f"with:{draft.slug}@1")
        kept = from_data(snapshot.data["comparison"])
        assert shown(table) == shown(kept)
        changed = compared(draft.period, f"with:{draft.slug}@1", f"with:{draft.slug}")
        assert new.public_id in {row.clause_id for row in changed.rows if row.kind == "deleted"}

    def test_what_was_decided_since_is_not_part_of_the_earlier_text(self, scene):
        period, _, (_, one, two, *_), draft = scene
        amending.reword(draft, one, "項目1の振興", by=None)
        take_snapshot(draft, by=None)
        other = make_draft(period)
        amending.reword(other, two, "項目2の振興", by=None)
        decide(other)
        table = compared(period, f"with:{draft.slug}@1", f"with:{draft.slug}")
        assert [row.clause_id for row in table.rows[2:]] == [two.public_id]

    def test_a_decided_amendment_as_it_was_drafted(self, scene):
        period, _, (_, one, *_), draft = scene
        amending.reword(draft, one, "項目1の振興", by=None)
        take_snapshot(draft, by=None)
        amending.reword(draft, one, "項目1の高度化", by=None)
        decide(draft)
        table = compared(period, f"with:{draft.slug}@1", f"with:{draft.slug}")
        assert [row.clause_id for row in table.rows[2:]] == [one.public_id]

    def test_a_correction_as_it_was_drafted(self, scene):
        period, _, (_, one, *_), first = scene
        amending.reword(first, one, "項目1の振輿", by=None)
        decide(first)
        draft = make_draft(period, kind=Amendment.Kind.CORRECTION)
        amending.correct(draft, Wording.objects.get(amendment=first), text="項目1の振興", by=None)
        take_snapshot(draft, by=None)
        assert compared(period, f"with:{draft.slug}", f"with:{draft.slug}@1").rows == ()

    def test_mergers_are_those_that_the_snapshot_saw(self, scene):
        period, _, (_, one, *_), first = scene
        axis, other = (
            amending.insert(first, "evaluation_axis", parent=one, text=text, by=None)
            for text in ("成果の創出", "人材の育成")
        )
        decide(first)
        draft = make_draft(period)
        amending.repeal(draft, other, by=None)
        take_snapshot(draft, by=None)
        repealed = shown(compared(period, f"before:{draft.slug}", f"with:{draft.slug}@1"))
        amending.restore(draft, other, by=None)
        amending.merge(draft, axis, [other], "成果の創出と人材の育成", by=None)
        take_snapshot(draft, by=None)
        merged = shown(compared(period, f"before:{draft.slug}", f"with:{draft.slug}@2"))
        assert [rows[-1][0] for rows in (repealed, merged)] == ["deleted", "merged"]
        assert shown(compared(period, f"before:{draft.slug}", f"with:{draft.slug}@1")) == repealed
        amending.restore(draft, other, by=None)
        assert not draft.successions.exists()
        assert shown(compared(period, f"before:{draft.slug}", f"with:{draft.slug}@2")) == merged

    def test_before_the_draft_began(self, scene):
        version = Version.parse(f"with:{scene[3].slug}@2020-02-01T10:00", scene[0], None)
        with pytest.raises(ValidationError, match=r"令和2年2月1日 10:00にはまだありません"):
            version.text()

    def test_the_queries_do_not_grow(self, scene):
        period, _, clauses, draft = scene
        counts = []
        for clause in clauses[1:]:
            amending.reword(draft, clause, f"{clause.pk}の振興", by=None)
            take_snapshot(draft, by=None)
            version = Version.parse(f"with:{draft.slug}@{len(counts) + 1}", period, None)
            with CaptureQueriesContext(connection) as captured:
                version.text()
            counts.append(len(captured))
        assert counts == [5, 5, 5]


class TestReaders:
    def test_the_public_reads_what_is_published(self, scene):
        period, baseline, (_, one, *_), draft = scene
        amending.reword(draft, one, "項目1の振興", by=None)
        decide(draft, dt.date(2024, 4, 1))
        approver = make_user(period.agency, "approver")
        procedure.publish(baseline, by=approver, published_on=dt.date(2024, 4, 1))
        nobody = AnonymousUser()
        assert compared(period, "on:2024-03-31", "on:2024-04-01", nobody).rows == ()
        assert len(compared(period, "on:2024-03-31", "on:2024-04-01", approver).rows) == 3
        with pytest.raises(Hidden):
            Version.parse(f"with:{draft.slug}", period, nobody)
        procedure.publish(draft, by=approver, published_on=timezone.localdate())
        assert len(compared(period, "on:2024-03-31", f"with:{draft.slug}", nobody).rows) == 3

    def test_earlier_states_of_a_draft(self, scene):
        period, _, (_, one, *_), draft = scene
        take_snapshot(draft, by=None)
        roles = {role: make_user(period.agency, role) for role in ("editor", "agency", "assessor")}
        drafting.share(draft, by=roles["editor"])
        amending.reword(draft, one, "項目1の振興", by=None)
        take_snapshot(draft, by=None)
        assert self.seen(roles, draft) == {"editor": [1, 2], "agency": [2], "assessor": []}
        decide(draft)
        assert self.seen(roles, draft) == {"editor": [1, 2], "agency": [], "assessor": []}

    def seen(self, roles, draft):
        """Which snapshots' states of the draft each reader may see."""
        found: dict[str, list[int]] = {role: [] for role in roles}
        for role, user in roles.items():
            for number in (*draft.snapshots.values_list("number", flat=True), 99):
                try:
                    Version.parse(f"with:{draft.slug}@{number}", draft.period, user)
                except Hidden:
                    continue
                found[role].append(number)
        return found

    def test_of_what_is_decided_the_moments_since_are_everybodys(self, scene):
        period, _, (_, one, *_), draft = scene
        amending.reword(draft, one, "項目1の振興", by=None)
        decide(draft, recorded_at=timezone.now() - dt.timedelta(days=2))
        spec = f"with:{draft.slug}@{timezone.localdate()}T00:00"
        version = Version.parse(spec, period, make_user(period.agency, "assessor"))
        assert (version.moment, version.is_draft) == (None, False)
