"""What a sheet says of an item besides its grade: how it is judged, its plans, its inputs."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from evaluation.amending import Stale, digest
from evaluation.grading.gradebook import Gradebook
from evaluation.grading.rows import check_item, set_texts
from evaluation.models import (
    Amendment,
    Clause,
    ItemInput,
    ItemPlan,
    ItemProfile,
    ObjectivePeriod,
    Rating,
    YearClosing,
)
from evaluation.valuing import year_name
from evaluation.valuing.rows import check_year, lock_period
from jst_objectives import history
from programs.models import User

# What changes how a grade comes about; the other facts may be supplemented under an issued one.
JUDGING = (
    "graded",
    "research",
    "important",
    "importance_grounds",
    "difficult",
    "difficulty_grounds",
)
OF_PROFILE = (
    "amendment_id",
    *JUDGING,
    "legal_basis",
    "policies",
    "review_numbers",
)


# --- Profiles -------------------------------------------------------------------------------------
def fingerprint_of_profile(profile: ItemProfile | None) -> str:
    """Return a digest of what the form of a profile shows; None for a year that has none of its own."""
    return digest([str(getattr(profile, name)) for name in OF_PROFILE]) if profile else "0"


@transaction.atomic
def save_profile(
    item: Clause,
    first_fiscal_year: int,
    *,
    by: User | None,
    amendment: Amendment | None = None,
    seen: str | None = None,
    **said: Any,
) -> ItemProfile:
    """Say how an item is judged from a fiscal year on; the years before keep what was said of them.

    Raises ValidationError where that changes how a grade came about that is issued.
    """
    check_item(item)
    period = lock_period(item.period_id)
    check_year(period, first_fiscal_year)
    of_year = ItemProfile.objects.filter(item=item, first_fiscal_year=first_fiscal_year)
    row = of_year.first()
    now = fingerprint_of_profile(row)
    if seen is not None and seen != now:
        raise Stale(row, now, "この項目の評価上の扱い")
    row = row or ItemProfile(item=item, first_fiscal_year=first_fiscal_year)
    row.amendment = amendment
    set_texts(row, said)
    if row.pk and fingerprint_of_profile(row) == now:
        return row
    _refuse_under_grades(period, row)
    row.full_clean()
    history.save(row, by=by, reason=f"評価上の扱いの設定（{year_name(first_fiscal_year)}から）")
    return row


def _refuse_under_grades(period: ObjectivePeriod, profile: ItemProfile) -> None:
    """Raise ValidationError where a profile changes the judging of a year with an issued grade: the
    item's, that above it where its indicators go over, or the overall one."""
    book = Gradebook.of(period)
    node = book.figures.text.nodes.get(profile.item_id)
    if node is None:  # introduced by a draft: it has no grades
        return
    text, first = book.figures.text, profile.first_fiscal_year
    later = [row.first_fiscal_year for row in book.profiles.get(node.clause_id, [])]
    until = min((year for year in later if year > first), default=period.last_fiscal_year + 1)
    above = {other.clause_id for other in text.ancestors(node)}
    for (item, year, _, _), rating in book.ratings.items():
        if rating.stage != Rating.Stage.ISSUED or not first <= year < until:
            continue
        now = book.profile(node, year)
        changes = any(getattr(now, name) != getattr(profile, name) for name in JUDGING)
        concerns = item in (node.clause_id, None) or (
            item in above and now.graded != profile.graded
        )
        if changes and concerns:
            raise ValidationError(
                f"{year_name(year)}の{rating.get_kind_display()}（{rating.get_side_display()}）の評定が"
                "確定しているため、評価上の扱いを変えられません。先に、理由を付けて確定を取り消すか、"
                "後の年度からの扱いとして設定してください。"
            )


# --- Plans ----------------------------------------------------------------------------------------
def fingerprint_of_plans(plans: Iterable[ItemPlan | None]) -> str:
    """Return a digest of the texts that a form of plans shows."""
    return digest([plan.text if plan else "" for plan in plans])


@transaction.atomic
def save_plans(
    item: Clause, fiscal_year: int, *, by: User | None, seen: str | None = None, **texts: str
) -> None:
    """Store the plans of a year by kind (`medium`, `annual`); an empty one is taken away.

    A text of 中長期計画 that is the same as the one that holds already is stored no second time. Raises
    Stale; ValidationError where a year in which it holds is closed, or has an issued grade.
    """
    check_item(item)
    period = lock_period(item.period_id)
    check_year(period, fiscal_year)
    standing = {kind: _standing(item, kind, fiscal_year) for kind in ItemPlan.Kind.values}
    now = fingerprint_of_plans(standing[kind] for kind in ItemPlan.Kind.values)
    if seen is not None and seen != now:
        raise Stale(standing, now, "この項目の計画")
    for kind, text in texts.items():
        row = standing[kind]
        if text == (row.text if row else ""):
            continue
        if words := kept_plans(item, fiscal_year).get(kind):
            raise ValidationError(words)
        _save_plan(item, ItemPlan.Kind(kind), fiscal_year, text, row, by)


def _standing(item: Clause, kind: str, fiscal_year: int) -> ItemPlan | None:
    rows = ItemPlan.objects.filter(item=item, kind=kind, fiscal_year__lte=fiscal_year)
    if kind == ItemPlan.Kind.ANNUAL:
        rows = rows.filter(fiscal_year=fiscal_year)
    return rows.order_by("-fiscal_year").first()


def kept_plans(item: Clause, fiscal_year: int) -> dict[str, str]:
    """Return the kinds of plans of a year that are kept as they are, each with the reason: 中長期計画 also
    for a later year in which it holds."""
    years, kept = kept_years(item), {}
    for kind in ItemPlan.Kind:
        shut = [y for y in _years_of_plan(item.period, item, kind, fiscal_year) if y in years]
        if shut:
            holds = f"{kind.label}は、{year_name(shut[0])}の計画でもあります。"
            kept[str(kind)] = (holds if shut[0] > fiscal_year else "") + years[shut[0]]
    return kept


def _years_of_plan(period: ObjectivePeriod, item: Clause, kind: str, fiscal_year: int) -> range:
    """Return the years in which a plan of a year holds."""
    if kind == ItemPlan.Kind.ANNUAL:
        return range(fiscal_year, fiscal_year + 1)
    later = ItemPlan.objects.filter(item=item, kind=kind, fiscal_year__gt=fiscal_year)
    following = later.order_by("fiscal_year").first()
    end = following.fiscal_year if following else period.last_fiscal_year + 1
    return range(fiscal_year, end)


def _save_plan(
    item: Clause,
    kind: ItemPlan.Kind,
    fiscal_year: int,
    text: str,
    standing: ItemPlan | None,
    by: User | None,
) -> None:
    own = standing if standing and standing.fiscal_year == fiscal_year else None
    if not text.strip():
        if own is None:
            raise ValidationError(
                {kind: "前の年度から続く計画は、その年度のページで消してください。"}
            )
        history.delete(own, by=by, reason=f"{kind.label}の消去")
        return
    row = own or ItemPlan(item=item, kind=kind, fiscal_year=fiscal_year)
    try:
        set_texts(row, {"text": text})
    except ValidationError as error:
        raise ValidationError({kind: error.messages}) from error
    row.full_clean()
    history.save(row, by=by, reason=f"{kind.label}の入力")


# --- Inputs ---------------------------------------------------------------------------------------
@dataclass(frozen=True)
class InputCell:
    """An amount of a kind in a fiscal year; None takes it away. `seen`: the revision, 0 for none yet."""

    kind: str
    fiscal_year: int
    amount: Decimal | None
    seen: int | None = None


@transaction.atomic
def record_inputs(item: Clause, cells: Iterable[InputCell], *, by: User | None) -> int:
    """Store amounts of an item, all or none; return how many changed. Raises Stale; ValidationError for
    a year that is closed, or has an issued grade."""
    check_item(item)
    period = lock_period(item.period_id)
    stored = {(row.kind, row.fiscal_year): row for row in ItemInput.objects.filter(item=item)}
    changed = 0
    for cell in cells:
        check_year(period, cell.fiscal_year)
        row = stored.get((cell.kind, cell.fiscal_year))
        if cell.amount == (row.amount if row else None):
            continue
        revision = row.revision if row else 0
        if cell.seen is not None and cell.seen != revision:
            raise Stale(row, str(revision), "このインプット情報")
        _refuse_kept(item, cell.fiscal_year)
        _store(item, cell, row, by)
        changed += 1
    return changed


def _store(item: Clause, cell: InputCell, row: ItemInput | None, by: User | None) -> None:
    if cell.amount is None:
        assert row is not None  # it had an amount, which is not None
        history.delete(row, by=by, reason="インプット情報の消去")
        return
    place = {"item": item, "kind": cell.kind, "fiscal_year": cell.fiscal_year}
    row = row or ItemInput(**place, revision=_last_revision(**place))
    row.amount = cell.amount
    row.revision += 1
    row.full_clean()
    history.save(row, by=by, reason="インプット情報の入力")


def _last_revision(**place: Any) -> int:
    """Return the last revision of an amount that was taken away: revisions are never used twice."""
    return ItemInput.history.filter(**place).aggregate(last=Max("revision"))["last"] or 0


# --- What is kept ---------------------------------------------------------------------------------
def _refuse_kept(item: Clause, fiscal_year: int) -> None:
    """Raise ValidationError where a year is closed, or an issued grade of it stands on what is said."""
    if words := kept_years(item).get(fiscal_year):
        raise ValidationError(words)


def kept_years(item: Clause) -> dict[int, str]:
    """Return the fiscal years of which the plans and inputs of an item are kept as they are, each with the
    reason and the way out (two queries)."""
    # The minister's last: it is told, for it has to be opened before the agency's own.
    issued = Rating.objects.filter(item=item, stage=Rating.Stage.ISSUED).order_by("-side", "pk")
    kept = {
        rating.fiscal_year: f"{year_name(rating.fiscal_year)}の{rating.get_side_display()}の評定が"
        "確定しています。計画とインプット情報を直すには、先に、理由を付けて評定の確定を取り消してください。"
        for rating in issued
    }
    for closing in YearClosing.objects.filter(period=item.period_id):
        kept[closing.fiscal_year] = (
            f"{year_name(closing.fiscal_year)}は締め切られています（理由：{closing.reason}）。"
            "計画とインプット情報を直すには、評価者に締切を解除するよう求めてください。"
        )
    return dict(sorted(kept.items()))
