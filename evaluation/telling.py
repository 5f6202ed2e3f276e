"""Telling people by e-mail that something waits for them; the start page says the same.

A mail holds no word of a draft, not even its title, and no value: it travels and stays where the portal's
rules of who sees what do not reach. It says what happened, in which period, by whom, and where to read on.
"""

from collections.abc import Iterable
from enum import StrEnum

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.urls import reverse

from evaluation.models import Amendment, ObjectivePeriod
from evaluation.models.measures import RESULT_READERS
from programs.models import User


class News(StrEnum):
    """What has happened that somebody waits for, or that waits for somebody."""

    SUBMITTED = "変更案が提出され、承認を待っています"
    SENT_BACK = "変更案が差し戻され、手直しを待っています"
    HANDED_OVER = "あなたが変更案の担当者になりました"
    SHARED = "変更案が法人と共有されました"
    COMMENTED = "担当している変更案にコメントが付きました"
    ANSWERED = "コメントに返信がありました"
    HANDED_IN = "実績が提出され、確認を待っています"
    RETURNED = "実績が差し戻され、手直しを待っています"
    ASSIGNED = "あなたが実績の入力の担当者になりました"
    ADMITTED = "締め切られた年度の値を、期限まで直せるようになりました"


BODY = """{name} 様

{period}
{news}。
（{by}）

内容は、サインインして確かめてください。
{link}

このメールには、{what}の内容を載せていません。
メールでのお知らせは、利用者ページで止められます。
{account}
"""


def tell(
    news: News, amendment: Amendment, people: Iterable[User], *, by: User, link: str = ""
) -> None:
    """Mail those of `people` who may see the amendment and want mails, once the act is stored.

    `link` is an address of the portal, by default the amendment's page. A mail that cannot be sent is
    logged and fails nothing.
    """
    wanted = [person for person in people if _wants(person, by)]
    readers = [person for person in wanted if _sees(person, amendment)]
    path = link or amendment.get_absolute_url()
    _send([_mail(news, amendment.period, "変更案", person, by, path) for person in readers])


def tell_of_results(
    news: News, period: ObjectivePeriod, people: Iterable[User], *, by: User | None, link: str
) -> None:
    """Mail those of `people` who read the results of a period and want mails, as `tell` does. What the
    system does by itself is told to nobody."""
    if by is None:
        return
    wanted = [person for person in people if _wants(person, by)]
    readers = [person for person in wanted if reads_results(person, period)]
    _send([_mail(news, period, "実績", person, by, link) for person in readers])


def reads_results(person: User, period: ObjectivePeriod) -> bool:
    """Tell whether a person holds a role that reads the results of a period."""
    return person.roles.filter(agency=period.agency_id, role__in=RESULT_READERS).exists()


def gets_mail(person: User) -> bool:
    return bool(person.is_active and person.wants_mail and person.email)


def _wants(person: User, by: User) -> bool:
    return gets_mail(person) and person.pk != by.pk


def _sees(person: User, amendment: Amendment) -> bool:
    return Amendment.objects.visible_to(person).filter(pk=amendment.pk).exists()


def _send(mails: list[EmailMessage]) -> None:
    def send() -> None:
        get_connection().send_messages(mails)

    if mails:
        transaction.on_commit(send, robust=True)


def _mail(
    news: News, period: ObjectivePeriod, what: str, person: User, by: User, path: str
) -> EmailMessage:
    text = BODY.format(
        name=person.get_full_name() or person.get_username(),
        period=period,
        news=news,
        by=by.get_full_name() or by.get_username(),
        link=settings.PORTAL_ADDRESS + path,
        what=what,
        account=settings.PORTAL_ADDRESS + reverse("account"),
    )
    subject = f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}{news}"
    return EmailMessage(subject, text, to=[person.email])
