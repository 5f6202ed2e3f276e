"""The steps of an amendment's life: each is explained, confirmed, done, and leads on.

One view for all of them; what differs is said once, in `STEPS`.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from evaluation import drafting, procedure, restricting
from evaluation.consistency import check
from evaluation.documents.comparison import comparison_table
from evaluation.documents.hand import Hand
from evaluation.documents.issuing import torn_places
from evaluation.forms import amendments as forms
from evaluation.forms.restriction import ReleaseForm, RestrictForm
from evaluation.models import Amendment
from evaluation.permissions import (
    RULES,
    Act,
    SignedInRequest,
    people_with,
    require,
    visible_amendment,
)
from evaluation.views.editions import Edition
from evaluation.views.once import once
from evaluation.views.review import review
from programs.models import Role, User

# What a link may fill in: a person, and days. Words are those of who takes the step, never a link's.
LINKED = ("to", "decided_on", "effective_on", "published_on")


@dataclass(frozen=True)
class Step:
    """How one act is asked for.

    `verb` takes the amendment, `by`, and what `form` cleans to; it may return another amendment to go on
    to. `concerns` are the people who act next. `obstacle` raises ValidationError where
    the step cannot be done at all. With `checked`, what was typed is shown before it counts; with
    `shows_table`, the changes are. `final`: it cannot be undone. `aside`: not a stage of the procedure.
    """

    act: Act
    title: str
    button: str
    verb: Callable[..., Any]
    done: str
    consequences: tuple[str, ...]
    form: type[forms.StepForm] = forms.StepForm
    concerns: Role.Kind | None = None
    obstacle: Callable[[Amendment], Any] | None = None
    checked: bool = False
    shows_table: bool = False
    final: bool = False
    aside: bool = False


STEPS = {
    "submit": Step(
        Act.SUBMIT,
        "提出する",
        "提出する",
        procedure.submit,
        "「{}」を提出しました。承認者が承認するか、差し戻すまで、編集できません。",
        (
            "承認者が新旧対照表を見て、承認するか、理由を付けて差し戻します。",
            "差し戻されるか、起案者が編集に戻すまで、だれも編集できません。",
        ),
        concerns=Role.Kind.APPROVER,
        obstacle=drafting.check_submission,
    ),
    "approve": Step(
        Act.APPROVE,
        "承認する",
        "この内容で承認する",
        procedure.approve,
        "「{}」を承認しました。次は、決定日と適用日を入れて決定します。",
        (
            "上に示した内容を承認します。決定するまでは、差し戻すことができます。",
            "承認だけでは、本文は変わりません。次に、決定日と適用日を入れて決定します。",
        ),
        form=forms.ApproveForm,
        shows_table=True,
    ),
    "decide": Step(
        Act.DECIDE,
        "決定を登録する",
        "この内容で決定する",
        procedure.decide,
        "「{}」の決定を登録しました。",
        (
            "適用日から、新しい本文が中長期目標として効力をもちます。",
            "決定した変更は、文言・理由・日付とも、二度と変えられません。誤りは正誤の変更で正します。",
            "決定しただけでは、公表されません。公表は、決定の後に別に行います。",
        ),
        form=forms.DecideForm,
        obstacle=procedure.check_ready,
        checked=True,
        shows_table=True,
        final=True,
    ),
    "publish": Step(
        Act.PUBLISH,
        "公表する",
        "この日付で公表する",
        procedure.publish,
        "「{}」の公表日を登録しました。",
        (
            "公表日から、サインインしていない人も、変更と新しい本文、発行した文書を読めます。",
            "公表日は、後から変えられません。",
        ),
        form=forms.PublishForm,
        checked=True,
        final=True,
    ),
    "send-back": Step(
        Act.SEND_BACK,
        "差し戻す",
        "理由を付けて差し戻す",
        procedure.send_back,
        "「{}」を差し戻しました。",
        ("起案中に戻り、起案者が編集できるようになります。",),
        form=forms.SendBackForm,
        concerns=Role.Kind.EDITOR,
    ),
    "share": Step(
        Act.SHARE,
        "法人と共有する",
        "法人と共有する",
        drafting.share,
        "「{}」を法人と共有しました。",
        (
            "法人担当者が、この変更案と新旧対照表、これから発行する文書を読めるようになります。",
            "共有は取り消せません。これからの編集も、そのつど法人担当者に見えます。",
        ),
        concerns=Role.Kind.AGENCY,
        final=True,
        aside=True,
    ),
    "hand-over": Step(
        Act.HAND_OVER,
        "担当者を変える",
        "担当者を変える",
        drafting.hand_over,
        "「{}」の担当者を変えました。",
        ("選んだ人の「私の作業」に、この変更案が載ります。",),
        form=forms.HandOverForm,
        aside=True,
    ),
    "copy": Step(
        Act.COPY,
        "写しを作る",
        "写しを作る",
        drafting.copy,
        "写し「{}」を作りました。あなたが担当者です。",
        (
            "いまの本文をもとに、同じ文言・新設の条項・事業・理由をもつ、新しい変更案を作ります。",
            "全体像・発行した文書・手続の記録は写しません。元の変更案は、そのまま残ります。",
            "起案の後に本文が変わった箇所は、写しのページに「このままでは決定できない箇所」として並びます。",
        ),
        form=forms.CopyForm,
        aside=True,
    ),
    "withdraw": Step(
        Act.WITHDRAW,
        "取り下げる",
        "理由を付けて取り下げる",
        procedure.withdraw,
        "「{}」を取り下げました。",
        (
            "取り下げた変更案は、編集も提出もできなくなります。内容と理由は、記録として残ります。",
            "もう一度進めるときは、起案者が再開します。",
        ),
        form=forms.WithdrawForm,
        aside=True,
    ),
    "take-back": Step(
        Act.TAKE_BACK,
        "編集に戻す",
        "理由を付けて編集に戻す",
        procedure.take_back,
        "「{}」を編集に戻しました。",
        (
            "起案中に戻り、編集できるようになります。",
            "承認者の「私の作業」から外れます。もう一度提出するまで、承認も決定もできません。",
            "すでにある承認は、内容を変えるまで有効です。変えた後でも、元に戻せば有効になります。",
        ),
        form=forms.TakeBackForm,
        aside=True,
    ),
    "resume": Step(
        Act.RESUME,
        "再開する",
        "理由を付けて再開する",
        procedure.resume,
        "「{}」を再開しました。",
        (
            "取り下げた変更案を起案中に戻し、編集と提出ができるようにします。",
            "起案の後に決定された変更と合わない箇所は、変更案のページに並びます。",
        ),
        form=forms.ResumeForm,
    ),
    "restrict": Step(
        Act.RESTRICT,
        "閲覧を制限する",
        "閲覧を制限する",
        restricting.restrict,
        "「{}」を読める人を制限しました。",
        (
            "選んだ人だけが、この変更案と、その新旧対照表・版・文書・手続を読めます。",
            "監査者には、変更案があることと、だれがいつ何をしたかだけが見えます。",
            "制限したままでは、決定できません。決定の前に、理由を付けて解除します。",
        ),
        form=RestrictForm,
        aside=True,
    ),
    "release": Step(
        Act.RELEASE,
        "閲覧制限を解除する",
        "理由を付けて解除する",
        restricting.release,
        "「{}」の閲覧制限を解除しました。",
        (
            "この法人の起案者・承認者・監査者（共有した後は法人担当者も）が、すぐに読めるようになります。",
            "これまでの履歴も、監査者に見えるようになります。解除は取り消せません。",
        ),
        form=ReleaseForm,
        final=True,
        aside=True,
    ),
    "delete": Step(
        Act.DELETE,
        "削除する",
        "変更案を削除する",
        drafting.delete,
        "変更案「{}」を削除しました。",
        (
            "この変更案の文言・新設の条項・理由・全体像を、すべて削除します。元に戻せません。",
            "だれがいつ何を書き、削除したかは、履歴に残ります。",
        ),
        obstacle=drafting.check_deletion,
        final=True,
        aside=True,
    ),
}


@once
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: SignedInRequest, agency: str, number: int, slug: str, step: str) -> HttpResponse:
    """Explain a step and ask for what it needs; a POST does it."""
    if step not in STEPS:
        raise Http404("この手続はありません。")
    plan = STEPS[step]
    amendment = visible_amendment(request, agency, number, slug)
    require(request, plan.act, amendment)
    form = _form(request, plan, amendment)
    if request.method == "POST" and form.is_valid():
        answer = _do(request, plan, amendment, form)
        if answer:
            return answer
    context = {"plan": plan, "amendment": amendment, "period": amendment.period, "form": form}
    return render(
        request,
        "evaluation/step.html",
        context | _explanation(plan, amendment, form),
    )


def _form(request: SignedInRequest, plan: Step, amendment: Amendment) -> forms.StepForm:
    """A checked step is filled in by its address, so that its check page changes nothing."""
    asked: dict[str, Any] = {"amendment": amendment, "by": request.user}
    if request.method == "POST":
        return plan.form(request.POST, **asked)
    if plan.checked and request.GET and "change" not in request.GET:
        return plan.form(request.GET, **asked)
    linked = {name: request.GET[name] for name in LINKED if name in request.GET}
    return plan.form(initial=linked, **asked)


def _do(
    request: SignedInRequest, plan: Step, amendment: Amendment, form: forms.StepForm
) -> HttpResponse | None:
    """Return where the done step leads, or None where it was refused: the form says why."""
    try:
        if plan.obstacle:
            plan.obstacle(amendment)
        done = plan.verb(amendment, by=request.user, **form.cleaned_data)
    except procedure.ContentChangedError as error:
        messages.warning(request, error.message)  # the page shows what is to be seen now
        return None
    except ValidationError as error:
        form.add_error(None, error)
        return None
    shown = done if isinstance(done, Amendment) else amendment
    messages.success(request, plan.done.format(shown))
    if plan.act is Act.SUBMIT and amendment.state == Amendment.State.APPROVED:
        messages.info(request, "承認の時から内容が変わっていないため、承認は有効です。")
    if plan.act is Act.DELETE:
        return redirect("home")
    period = amendment.period
    return redirect("amendment", period.agency.code, period.number, shown.slug)


def _explanation(plan: Step, amendment: Amendment, form: forms.StepForm) -> dict[str, Any]:
    """Return what will happen, whom it concerns, and what stands against it."""
    obstacles = _obstacles(plan, amendment)
    checking = plan.checked and form.is_bound and form.is_valid() and not obstacles
    context = {
        "obstacles": obstacles,
        "act_name": RULES[plan.act].name,
        "checking": checking,
        "answers": _answers(form) if checking else [],
        "people": _people(plan, amendment),
        "left_out": drafting.left_out(amendment) if plan.act is Act.COPY else [],
    }
    edition = None
    if plan.act in {Act.SUBMIT, Act.APPROVE, Act.DECIDE}:
        edition = Edition.of(amendment)
        context |= _judged(amendment, edition)
        context["can_draw"] = plan.act is Act.SUBMIT  # who may submit may edit, who decides may not
    if plan.shows_table and (checking or not plan.checked):
        # The digest first: a change between the two is then refused, not overlooked.
        context["seen"] = procedure.content_digest(amendment)
        context["torn"] = torn_places(amendment)
        context["table"] = comparison_table(amendment)
    return context | (review(amendment, edition) if checking else {})


def _judged(amendment: Amendment, edition: Edition) -> dict[str, Any]:
    """Return what there is to know of a text before it goes on: how much changes, and what is amiss."""
    return {
        "counts": Counter(edition.kinds.values()).most_common(),
        "conflicts": edition.text.conflicts,
        "report": check(amendment, (edition.before, edition.text)),
        "hand": Hand.of(amendment, edition.before, edition.text),
    }


def _answers(form: forms.StepForm) -> list[dict[str, Any]]:
    """Return what was typed, as it was understood, each with the way back to its field."""
    shown = [field.name for field in form.visible_fields() if field.name in form.cleaned_data]
    values = {name: form.cleaned_data[name] for name in shown}
    query = urlencode(values | {"change": 1})
    return [
        {"field": form[name], "value": value, "change": f"?{query}#{form[name].id_for_label}"}
        for name, value in values.items()
    ]


def _obstacles(plan: Step, amendment: Amendment) -> list[str]:
    if plan.obstacle is None:
        return []
    try:
        plan.obstacle(amendment)
    except ValidationError as error:
        return error.messages
    return []


def _people(plan: Step, amendment: Amendment) -> QuerySet[User] | None:
    """Return who acts next, or None where the step concerns nobody in particular."""
    if plan.concerns is None:
        return None
    if plan.concerns is Role.Kind.APPROVER:
        return restricting.approvers_of(amendment)
    people = people_with(plan.concerns, amendment.period.agency)
    return restricting.readers_among(people, amendment)
