"""Restricting who reads a draft, naming its readers, and releasing it.

Every function writes its change with its history in one transaction, and refuses with a
`ValidationError` in Japanese what cannot be done.
"""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from evaluation import amending
from evaluation.models import Amendment, RestrictedReader, Restriction
from evaluation.models.amendments import DRAFT_READERS
from evaluation.permissions import UNDECIDED, people_with
from jst_objectives import history
from programs.models import Role, User

NO_APPROVER = "閲覧の制限のため、承認者が読めません。先に、読める人に承認者を加えるか、制限を解除してください。"
UNRELEASED = (*UNDECIDED, Amendment.State.WITHDRAWN)


def possible_readers(draft: Amendment) -> QuerySet[User]:
    """Return who could be named: who reads drafts of the agency, and the agency once it is shared."""
    kinds = [*DRAFT_READERS, *([Role.Kind.AGENCY] if draft.shared_at else [])]
    held = Role.objects.filter(agency=draft.period.agency, role__in=kinds)
    return User.objects.filter(is_active=True, pk__in=held.values("user")).order_by("username")


def approvers_of(draft: Amendment) -> QuerySet[User]:
    """Return who may approve a draft and read it: approvers of the agency who have not drafted it."""
    people = people_with(Role.Kind.APPROVER, draft.period.agency)
    return readers_among(people.exclude(pk__in=draft.contributions.values("user")), draft)


def readers_among(people: QuerySet[User], amendment: Amendment) -> QuerySet[User]:
    """Return those of the people who may read a draft that is restricted, or all where it is not."""
    if not amendment.is_restricted:
        return people
    named = RestrictedReader.objects.filter(restriction__amendment=amendment)
    return people.filter(pk__in=named.values("user"))


@transaction.atomic
def restrict(draft: Amendment, *, by: User, why: str, readers: Iterable[User] = ()) -> Restriction:
    """Let only named people read a draft from now on: who restricts it, its holder (while that person
    reads drafts), and `readers`."""
    locked = amending.lock(draft, UNDECIDED)
    if Restriction.objects.filter(amendment=locked).exists():
        raise ValidationError(f"「{locked}」には、すでに閲覧制限の記録があります。")
    restriction = Restriction(amendment=locked, why=why, since=timezone.now())
    history.save(restriction, by=by, reason=f"閲覧の制限：{why}")
    holder = [person for person in possible_readers(locked) if person.pk == locked.holder_id]
    for person in dict.fromkeys([by, *holder, *readers]):
        _name(restriction, person, by)
    return restriction


@transaction.atomic
def name(draft: Amendment, *, by: User, to: User) -> None:
    """Let one more person read a restricted draft."""
    _name(_holding(draft), to, by)


@transaction.atomic
def unname(draft: Amendment, *, by: User, person: User, why: str) -> None:
    """Let a person no longer read a restricted draft. An editor must remain, who can release it."""
    restriction = _holding(draft)
    reader = restriction.readers.filter(user=person).first()
    if reader is None:
        raise ValidationError("この人は、読める人に入っていません。")
    if restriction.amendment.holder_id == person.pk:
        raise ValidationError("担当者は外せません。先に、担当者を変えてください。")
    editors = Role.objects.filter(agency=draft.period.agency, role=Role.Kind.EDITOR)
    others = restriction.readers.exclude(user=person)
    if not others.filter(user__is_active=True, user__in=editors.values("user")).exists():
        raise ValidationError("読める起案者がいなくなるため、外せません。")
    history.delete(reader, by=by, reason=f"読める人から外す：{why}")


@transaction.atomic
def release(draft: Amendment, *, by: User, reason: str) -> None:
    """End the restriction for good: who reads drafts reads it as any other."""
    restriction = _holding(draft)
    restriction.released_at, restriction.release_reason = timezone.now(), reason
    history.save(restriction, by=by, reason=f"閲覧制限の解除：{reason}")


@transaction.atomic
def carry_over(source: Amendment, copy: Amendment, *, by: User) -> None:
    """Restrict the copy of a restricted draft to the same people, as far as they may read it."""
    if source.is_restricted:
        readers = source.restriction.readers.values("user")
        named = possible_readers(copy).filter(pk__in=readers)
        restrict(copy, by=by, why=source.restriction.why, readers=named)


def restricted_for(user: User) -> QuerySet[Amendment]:
    """Return the restricted drafts that an auditor of their agencies may know of, and not read."""
    audited = Role.objects.filter(user=user, role=Role.Kind.AUDITOR).values("agency")
    unread = Q(restriction__released_at=None) & ~Q(restriction__readers__user=user)
    drafts = Amendment.objects.filter(restriction__isnull=False, period__agency__in=audited)
    return drafts.filter(unread).select_related("period__agency", "restriction")


def _holding(draft: Amendment) -> Restriction:
    locked = amending.lock(draft, UNRELEASED)
    restriction = Restriction.objects.filter(amendment=locked, released_at=None).first()
    if restriction is None:
        raise ValidationError(f"「{locked}」は、閲覧を制限されていません。")
    restriction.amendment = locked
    return restriction


def _name(restriction: Restriction, person: User, by: User) -> None:
    if restriction.readers.filter(user=person).exists():
        raise ValidationError("この人は、すでに読める人に入っています。")
    if not possible_readers(restriction.amendment).filter(pk=person.pk).exists():
        raise ValidationError(
            "読める人には、この法人の起案者・承認者・監査者（共有した後は法人担当者も）だけを加えられます。"
        )
    reader = RestrictedReader(restriction=restriction, user=person)
    history.save(reader, by=by, reason=f"読める人に加える：{history.actor_name(person)}")
