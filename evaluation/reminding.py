"""Reminders by e-mail of results that are to be entered or checked: one mail a person a day at most.

A mail says how much of what waits, and until when; no value, and no words.
"""

import datetime as dt
import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from evaluation.eras import written
from evaluation.models import Reminder
from evaluation.telling import gets_mail, reads_results
from evaluation.waiting import Waiting, What, results_waiting_for
from programs.models import Role, User

logger = logging.getLogger(__name__)

SOON = dt.timedelta(days=7)  # before its deadline what is to be entered is reminded of
WEEK = dt.timedelta(days=7)  # after which, and each time again, what has no deadline is
REMINDED = (What.CORRECT, What.CHECK, What.CHANGE, What.ENTER, What.ASSIGN)
SUBJECT = "実績の入力・確認が待っています"
BODY = """{name} 様

次のことが、あなたを待っています。

{tasks}

内容は、サインインして確かめてください。
{link}

このメールには、実績の内容を載せていません。同じ日に、二度は送りません。
メールでのお知らせは、利用者ページで止められます。
{account}
"""


@dataclass(frozen=True)
class Outcome:
    """How many people were sent a mail, had one that day already, or could not be sent one."""

    sent: int
    before: int
    failed: int


def remind() -> Outcome:
    """Send to everybody who wants mails what is due, late, or has waited long; nothing to those whom
    nothing waits for. A mail that cannot be sent is logged and tried again the next time."""
    today = timezone.localdate()
    counts: Counter[str] = Counter()
    for person in filter(gets_mail, _people()):
        waiting = results_waiting_for(person, REMINDED)
        if tasks := [task for task in waiting if _is_due(task, today)]:
            counts[_reminded(person, tasks, today)] += 1
    return Outcome(counts["sent"], counts["before"], counts["failed"])


def _people() -> QuerySet[User]:
    roles = Role.objects.filter(role__in=(Role.Kind.AGENCY, Role.Kind.ASSESSOR))
    return User.objects.filter(is_active=True, pk__in=roles.values("user")).order_by("pk")


def _is_due(task: Waiting, today: dt.date) -> bool:
    if task.due_on:
        return task.due_on - SOON <= today
    if task.what is What.ENTER:
        return False
    waited = today - timezone.localdate(task.since)
    return waited >= WEEK and waited.days % WEEK.days == 0


def _reminded(person: User, tasks: Iterable[Waiting], today: dt.date) -> str:
    """Send one mail and keep that it was sent: the row is taken first, so that two runs at the same
    moment send one."""
    told = [task for task in tasks if reads_results(person, task.period)]
    try:
        with transaction.atomic():
            Reminder.objects.create(
                user=person, sent_on=today, sent_at=timezone.now(), tasks=len(told)
            )
            _mail(person, told).send()
    except IntegrityError:
        return "before"
    except Exception:
        logger.exception("No reminder could be sent to %s", person.get_username())
        return "failed"
    return "sent"


def _mail(person: User, tasks: Iterable[Waiting]) -> EmailMessage:
    text = BODY.format(
        name=person.get_full_name() or person.get_username(),
        tasks="\n".join(_line(task) for task in tasks),
        link=settings.PORTAL_ADDRESS + reverse("home"),
        account=settings.PORTAL_ADDRESS + reverse("account"),
    )
    subject = f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}{SUBJECT}"
    return EmailMessage(subject, text, to=[person.email])


def _line(task: Waiting) -> str:
    due = f"（期限：{written(task.due_on)}）" if task.due_on else ""
    return f"・{task.period}　{task.what}{due}"
