"""Comments on the clauses of a draft: written, answered, resolved, reopened. The only writer of `Comment`.

Every function writes with its history in one transaction and tells whom it concerns; it refuses with a
`ValidationError` in Japanese what cannot be done. A comment does not make its author a drafter.
"""

from collections import Counter
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from evaluation import amending
from evaluation.checks import check_text
from evaluation.models import Amendment, Clause, Comment
from evaluation.models.amendments import DRAFT_READERS
from evaluation.permissions import UNDECIDED, roles_of
from evaluation.telling import News, tell
from jst_objectives import history
from programs.models import Role, User


# --- Reading --------------------------------------------------------------------------------------
def threads(amendment: Amendment, user: User) -> QuerySet[Comment]:
    """Return the comments that a user may read, each with its answers, oldest first.

    The agency reads those written since the draft was shared with it, as it does with earlier
    versions: what was said inside the ministry before stays there.
    """
    answers = Comment.objects.select_related("author").order_by("pk")
    found = amendment.comments.filter(answers_to__isnull=True).order_by("pk")
    found = found.select_related("author", "resolved_by", "clause")
    found = found.prefetch_related(Prefetch("answers", answers))
    readable = _readable(amendment, user)
    return found.none() if readable is None else found.filter(readable)


def reads_comments(amendment: Amendment, user: User) -> bool:
    """Tell whether there can be comments that a user may read."""
    return _readable(amendment, user) is not None


def _readable(amendment: Amendment, user: User) -> Q | None:
    """Return which comments a user reads; None where there are none for that person."""
    roles = roles_of(user, amendment.period.agency)
    if not roles.isdisjoint(DRAFT_READERS):
        return Q()
    if Role.Kind.AGENCY in roles and amendment.shared_at:
        return Q(written_at__gte=amendment.shared_at)
    return None


def open_by_clause(comments: Iterable[Comment]) -> Counter[str]:
    """Count the comments that are not resolved, by public id of their clause."""
    return Counter(c.clause.public_id for c in comments if c.clause and not c.is_resolved)


# --- Writing --------------------------------------------------------------------------------------
@transaction.atomic
def comment(draft: Amendment, clause: Clause, text: str, *, by: User) -> Comment:
    """Comment on a clause as the draft says it now."""
    locked = amending.lock(draft, UNDECIDED)
    tree = amending.text_of(locked)
    if clause.pk not in tree.nodes:
        raise ValidationError("この条項は、この変更案の本文にありません。")
    node = tree.nodes[clause.pk]
    written = _write(
        Comment(amendment=locked, clause=clause, place=tree.place(node)[:300], about=node.text),
        text,
        by,
    )
    if locked.holder:
        tell(News.COMMENTED, locked, [locked.holder], by=by, link=address(written))
    return written


@transaction.atomic
def answer(thread: Comment, text: str, *, by: User) -> Comment:
    """Answer a comment; who wrote it, and who answered before, is told."""
    locked = amending.lock(thread.amendment, UNDECIDED)
    written = _write(Comment(amendment=locked, answers_to=thread), text, by)
    people = {thread.author_id: thread.author}
    people |= {each.author_id: each.author for each in thread.answers.select_related("author")}
    tell(News.ANSWERED, locked, people.values(), by=by, link=address(thread))
    return written


@transaction.atomic
def resolve(thread: Comment, *, by: User) -> None:
    """Say that nothing is left to be done for a comment."""
    locked = _locked(thread)
    if locked.is_resolved:
        raise ValidationError("このコメントは、すでに解決しています。")
    locked.resolved_at, locked.resolved_by = timezone.now(), by
    history.save(locked, by=by, reason="解決")


@transaction.atomic
def reopen(thread: Comment, *, by: User) -> None:
    """Take back that a comment is resolved."""
    locked = _locked(thread)
    if not locked.is_resolved:
        raise ValidationError("このコメントは、解決していません。")
    locked.resolved_at = locked.resolved_by = None
    history.save(locked, by=by, reason="再開")


def address(thread: Comment) -> str:
    """Return where a comment stands in the list of its draft."""
    period = thread.amendment.period
    place = [period.agency.code, period.number, thread.amendment.slug]
    return f"{reverse('comments', args=place)}?state=all#comment-{thread.pk}"


def _locked(thread: Comment) -> Comment:
    amending.lock(thread.amendment, UNDECIDED)
    return Comment.objects.select_for_update().get(pk=thread.pk)


def _write(comment: Comment, text: str, by: User) -> Comment:
    check_text(text, "コメント")
    comment.text, comment.author, comment.written_at = text, by, timezone.now()
    comment.full_clean()
    history.save(comment, by=by, reason="コメントへの返信" if comment.answers_to else "コメント")
    return comment
