"""What somebody has just done to a draft, and that it can be taken back: told on the next page of it."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from typing import TypeVar

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from evaluation import amending
from evaluation.forms.clauses import TakeBackActForm
from evaluation.models import Amendment
from evaluation.permissions import SignedInRequest, changeable_draft
from evaluation.views.once import Refused, once
from evaluation.views.voiding import telling_of_voided

T = TypeVar("T")
KEY = "last_act"
TAKE_BACK, AGAIN = "元に戻す", "やり直す"
DONE = {TAKE_BACK: "元に戻しました。", AGAIN: "やり直しました。"}


@dataclass(frozen=True)
class LastAct:
    """What was done (`name`), and by which verb: what is pressed again stands under the keyboard."""

    form: TakeBackActForm
    name: str
    verb: str
    public_id: str

    @property
    def button(self) -> str:
        return AGAIN if self.form.initial["again"] else TAKE_BACK


def perform(
    request: HttpRequest, draft: Amendment, act: Callable[[], T]
) -> tuple[T, amending.Act | None]:
    """Do an act in a draft, and return what it returned, with its place in the history; tell what it
    voids."""
    with telling_of_voided(request, draft):
        return amending.performed(draft, act)


def remember(
    request: HttpRequest,
    draft: Amendment,
    act: amending.Act | None,
    name: str,
    *,
    verb: str = "",
    public_id: str = "",
) -> None:
    """Keep for the next page of the draft what was done in it; nothing where nothing was written."""
    if act is not None:
        request.session[KEY] = {
            "draft": draft.pk,
            "act": asdict(act),
            "told": [name, verb, public_id],
        }


def take_last_act(request: HttpRequest, draft: Amendment) -> LastAct | None:
    """Return what was done last in the draft, once."""
    kept = request.session.get(KEY)
    if not kept or kept["draft"] != draft.pk:
        return None
    del request.session[KEY]
    name, verb, public_id = kept["told"]
    named = kept["act"] | {"public_id": public_id, "again": name == TAKE_BACK}
    return LastAct(TakeBackActForm(initial=named), name, verb, public_id)


@once
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: SignedInRequest, agency: str, number: int, slug: str) -> HttpResponse:
    """Take back what an act wrote; its GET leads back to the draft."""
    draft = changeable_draft(request, agency, number, slug)
    form = TakeBackActForm(request.POST)
    if request.method != "POST" or not form.is_valid():
        return Refused(reverse("draft", args=(agency, number, slug)))
    public_id = form.cleaned_data["public_id"]
    name = AGAIN if form.cleaned_data["again"] else TAKE_BACK
    answer: type[HttpResponseRedirect] = HttpResponseRedirect
    try:
        undo = partial(amending.take_back, draft, form.act, by=request.user)
        _, act = perform(request, draft, undo)
    except ValidationError as error:
        answer = Refused
        messages.warning(request, "　".join(error.messages))
    else:
        messages.success(request, DONE[name])
        remember(request, draft, act, name, verb="reword", public_id=public_id)
    nodes = amending.text_of(draft).nodes.values()
    if any(node.public_id == public_id for node in nodes):
        return answer(reverse("clause", args=(agency, number, slug, public_id)))
    return answer(reverse("draft", args=(agency, number, slug)))
