"""The drafter's hand: the only writer of `Marking`."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from evaluation.amending.rows import Stale, contribute, digest, lock, text_of
from evaluation.comparison.correcting import fingerprint, joined
from evaluation.comparison.marking import Marks, mark
from evaluation.models import Amendment, Clause, Marking, Wording
from evaluation.models.markings import written_spans
from evaluation.models.texts import Text
from jst_objectives import history
from programs.models import User

NOT_REVISED = (
    "下線を直せるのは、文言を改めた条項だけです。新設と削除の条項には、全体に下線が付きます。"
)


def marking_fingerprint(old: str, new: str, marking: Marking | None) -> str:
    """Return a digest of what a user sees: both texts, the marks that are stored, and their reason."""
    stored = (
        [marking.fingerprint, marking.old_spans, marking.new_spans, marking.why] if marking else []
    )
    return digest([old, new, *stored])


@transaction.atomic
def draw(
    draft: Amendment,
    clause: Clause,
    marks: Marks,
    *,
    by: User,
    why: str = "",
    seen: str | None = None,
) -> bool:
    """Store the marks of a clause that the draft rewords; those of the engine are not stored.

    Return whether there is anything stored. Raises Stale where the texts or the marks are not what the
    user saw, and ValidationError for marks that are not of these texts.
    """
    locked, old, new, stored = _opened(draft, clause, seen)
    try:
        marks = Marks(joined(old, marks.old), joined(new, marks.new))
    except ValueError:
        raise ValidationError("下線の位置が文言と合いません。もう一度選んでください。") from None
    engine = mark(old, new)
    if (marks.old, marks.new) == (engine.old, engine.new):
        _forget(locked, stored, by)
        return False
    marking = stored or Marking(amendment=locked, clause=clause)
    marking.fingerprint = fingerprint(old, new)
    marking.old_spans, marking.new_spans = written_spans(marks.old), written_spans(marks.new)
    marking.why, marking.drawn_by, marking.drawn_at = why, by, timezone.now()
    marking.full_clean(validate_unique=False)
    history.save(marking, by=by, reason=f"下線を引く：{why}" if why else "下線を引く")
    contribute(locked, by)
    return True


@transaction.atomic
def return_to_proposal(
    draft: Amendment, clause: Clause, *, by: User, seen: str | None = None
) -> None:
    """Give up the drawn marks of a clause: the engine's are used again. Raises Stale."""
    locked, _, _, stored = _opened(draft, clause, seen)
    _forget(locked, stored, by)


def _opened(
    draft: Amendment, clause: Clause, seen: str | None
) -> tuple[Amendment, str, str, Marking | None]:
    locked = lock(draft)
    rows = list(Wording.objects.as_amended_by(locked).filter(clause=clause))
    before = Text.of(row for row in rows if row.stands).nodes.get(clause.pk)
    after = Text.of(rows).nodes.get(clause.pk)
    if not before or not after or not after.rewords(before):
        raise ValidationError(NOT_REVISED)
    stored = Marking.objects.filter(amendment=locked, clause=clause).first()
    now = marking_fingerprint(before.text, after.text, stored)
    if seen is not None and seen != now:
        raise Stale(text_of(locked).nodes[clause.pk], now, "この条項の文言か下線")
    return locked, before.text, after.text, stored


def _forget(locked: Amendment, stored: Marking | None, by: User) -> None:
    if stored:
        history.delete(stored, by=by, reason="下線を自動の案に戻す")
        contribute(locked, by)
