"""What a value or a yearly text stands on: links and files, each of its own date."""

import datetime as dt
import hashlib
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from evaluation.amending import Stale
from evaluation.file_kinds import is_of_its_kind, suffix_of
from evaluation.models import Evidence, IndicatorValue, ObjectivePeriod, Stage, YearlyResult
from evaluation.models.values import LARGEST_EVIDENCE
from evaluation.valuing.rows import Gates, check_words, lock_period
from jst_objectives import history
from programs.models import User


@transaction.atomic
def attach_link(
    owner: IndicatorValue | YearlyResult,
    *,
    by: User | None,
    title: str,
    url: str,
    dated_on: dt.date | None = None,
) -> Evidence:
    """Add a link (http or https) with its title and its own date."""
    return _attach(owner, by, title, dated_on, url=url)


@transaction.atomic
def attach_file(
    owner: IndicatorValue | YearlyResult,
    *,
    by: User | None,
    title: str,
    name: str,
    content: bytes,
    dated_on: dt.date | None = None,
) -> Evidence:
    """Keep a file byte by byte. Raises ValidationError for one of a kind that is not kept, with macros,
    whose content is not what its suffix says, empty or above 20 MB."""
    suffix = suffix_of(name)
    if suffix not in Evidence.TYPES:
        kinds = "・".join(Evidence.TYPES)
        raise ValidationError(f"「{name}」の形式は登録できません。{kinds}のどれかにしてください。")
    if not 0 < len(content) <= LARGEST_EVIDENCE:
        raise ValidationError(f"「{name}」は、空でない、20MBまでのファイルにしてください。")
    if not is_of_its_kind(suffix, content):
        raise ValidationError(
            f"「{name}」の中身は、{suffix}のファイルではないか、マクロを含んでいます。"
        )
    digest = hashlib.sha256(content).hexdigest()
    fields = {"suffix": suffix, "size": len(content), "sha256": digest, "content": content}
    return _attach(owner, by, title, dated_on, **fields)


@transaction.atomic
def detach(evidence: Evidence, *, by: User | None, why: str) -> None:
    """Take evidence away; the history keeps its title, link and SHA-256. What is final keeps its own."""
    owner = evidence.value or evidence.result
    assert owner is not None  # by a constraint
    _, owner = _opened(owner, by)
    stands = Evidence.objects.defer("content").filter(pk=evidence.pk).first()
    if stands is None:
        raise Stale(None, "", "この根拠資料")
    if owner.stage != Stage.PRELIMINARY:
        raise ValidationError("確定した値の根拠資料は外せません。新しいものを加えてください。")
    words = check_words(why, "根拠資料を外す理由を入力してください。")
    history.delete(stands, by=by, reason=f"根拠資料の取外し：{words}")


def _attach(
    owner: IndicatorValue | YearlyResult,
    by: User | None,
    title: str,
    dated_on: dt.date | None,
    **fields: Any,
) -> Evidence:
    period, owner = _opened(owner, by)
    if dated_on and dated_on > timezone.localdate():
        raise ValidationError({"dated_on": "資料の日付に、今日より後の日付は登録できません。"})
    evidence = Evidence(
        period=period,
        title=check_words(title, "資料の名前を入力してください。"),
        dated_on=dated_on,
        added_by=by,
        added_at=timezone.now(),
        **fields,
    )
    if isinstance(owner, IndicatorValue):
        evidence.value = owner
    else:
        evidence.result = owner
    evidence.full_clean()
    history.save(evidence, by=by, reason=f"根拠資料の追加：{evidence.title}")
    return evidence


def _opened(
    owner: IndicatorValue | YearlyResult, by: User | None
) -> tuple[ObjectivePeriod, IndicatorValue | YearlyResult]:
    """Lock the period and return it with what the owner is by now. Raises Stale where that is gone,
    ValidationError where the year does not let it in."""
    measure = owner.measure_id if isinstance(owner, IndicatorValue) else None
    indicator = owner.measure.indicator if isinstance(owner, IndicatorValue) else owner.indicator
    period = lock_period(indicator.period_id)
    stands = type(owner).objects.filter(pk=owner.pk).first()
    if stands is None:
        raise Stale(None, "0", "この値" if measure else "この実績")
    gates = Gates.of(period, [indicator.pk], by)
    if words := gates.refusal(indicator.pk, stands.fiscal_year, measure):
        raise ValidationError(words)
    return period, stands
