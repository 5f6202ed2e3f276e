"""The versions of a text that a reader may choose from: amendments, drafts, and their snapshots."""

from collections.abc import Sequence

from django.utils import timezone

from evaluation.documents.versions import Reader, reads_draft_at
from evaluation.eras import written
from evaluation.models import Amendment, ObjectivePeriod, Snapshot
from evaluation.permissions import roles_of
from programs.models import User

Offered = tuple[str, list[tuple[str, str]]]  # a group, with forms of an address and what they mean
DECIDED, DRAFTED, TAKEN = "決定した変更", "変更案", "控え（その版を作ったときの変更案）"


def offered(period: ObjectivePeriod, reader: Reader) -> list[Offered]:
    """Return what a reader may compare, the latest first; groups without a version are left out."""
    assert reader is not None, "the command line is offered nothing"
    visible = Amendment.objects.visible_to(reader).filter(period=period)
    amendments = list(visible)[::-1]
    groups = [
        (DECIDED, [pair for a in amendments if a.is_decided for pair in _sides(a)]),
        (DRAFTED, [pair for a in amendments if not a.is_decided for pair in _sides(a)]),
        (TAKEN, _snapshots(period, amendments, reader)),
    ]
    return [(name, pairs) for name, pairs in groups if pairs]


def proposed(groups: Sequence[Offered]) -> str:
    """Return the version that a form proposes as the new one: a draft's, else the last decided."""
    named = dict(groups)
    pairs = named.get(DRAFTED) or named.get(DECIDED)
    return pairs[0][0] if pairs else ""


def _sides(amendment: Amendment) -> list[tuple[str, str]]:
    if amendment.kind == Amendment.Kind.BASELINE:
        return [(f"with:{amendment.slug}", f"{amendment}（登録の起点）")]
    when = f"（{written(amendment.effective_on)}から適用）" if amendment.effective_on else ""
    return [
        (f"with:{amendment.slug}", f"{amendment.slug}を反映した本文{when}：{amendment}"),
        (f"before:{amendment.slug}", f"{amendment.slug}の前の本文：{amendment}"),
    ]


def _snapshots(
    period: ObjectivePeriod, amendments: list[Amendment], reader: Reader
) -> list[tuple[str, str]]:
    """Return the snapshots of drafts as they stood then, to who may read that."""
    if not isinstance(reader, User):
        return []
    roles = roles_of(reader, period.agency)
    by_key = {a.pk: a for a in amendments if a.kind != Amendment.Kind.BASELINE}
    taken = Snapshot.objects.filter(amendment__in=by_key).order_by("-taken_at")
    pairs = []
    for key, number, at in taken.values_list("amendment", "number", "taken_at"):
        amendment = by_key[key]
        if reads_draft_at(roles, amendment, at):
            day = written(timezone.localtime(at).date())
            pairs.append(
                (
                    f"with:{amendment.slug}@{number}",
                    f"{amendment.slug} 第{number}版（{day}）：{amendment}",
                )
            )
    return pairs
