"""What may wait for a person, and what each such thing says."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from evaluation.models import Amendment, ObjectivePeriod


class What(StrEnum):
    """What is to be done, most urgent first."""

    REPAIR = "差し戻された変更案を直す"
    CORRECT = "差し戻された実績を直して、もう一度提出する"
    APPROVE = "提出された変更案を承認する"
    DECIDE = "承認された変更案の決定を登録する"
    PUBLISH = "決定した変更を公表する"
    CHECK = "提出された実績を確かめる"
    CHANGE = "締切後に許可された値を直す"
    ENTER = "実績を入力して提出する"
    ASSIGN = "実績の入力の担当者と期限を決める"
    GRADE_ITSELF = "自己評価を書いて確定する"
    GRADE = "主務大臣による評価を書いて確定する"
    FINISH = "起案中の変更案を仕上げる"
    ANSWER = "コメントに返信する"
    READ_ANSWERS = "コメントへの返信を読む"
    TAKE = "担当者のいない変更案を引き受ける"
    READ = "共有された変更案を読む"
    AUDIT = "新しい決定を確かめる"


@dataclass(frozen=True)
class Waiting:
    """One thing to do, at `link`, called `title`; `words` are those with which it was sent back, `due_on`
    the day until which it is to be done."""

    what: What
    title: str
    period: ObjectivePeriod
    link: str
    since: dt.datetime
    words: str = ""
    due_on: dt.date | None = None
    amendment: Amendment | None = None


def of_amendment(
    what: What, amendment: Amendment, link: str, since: dt.datetime, words: str = ""
) -> Waiting:
    return Waiting(what, amendment.title, amendment.period, link, since, words, amendment=amendment)
