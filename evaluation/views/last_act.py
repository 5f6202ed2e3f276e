"""What somebody has just done to a draft, and that it can be taken back: told on the next page of it."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from evaluation import amending
from evaluation.forms.clauses import TakeBackActForm
from evaluation.models import Amendment
from evaluation.permissions import SignedInRequest, changeable_draft

KEY = "last_act"
TAKEN_BACK = "元に戻しました。"


@dataclass(frozen=True)
class LastAct:
    """`verb` did it: what is pressed again stands under the keyboard. `public_id` is of its clause."""

    form: TakeBackActForm
    words: str
    verb: str
    public_id: str

    @property
    def button(self) -> str:
        return "やり直す" if self.words == TAKEN_BACK else "元に戻す"


def remember(
    request: HttpRequest,
    draft: Amendment,
    act: amending.Act | None,
    words: str,
    *,
    verb: str = "",
    public_id: str = "",
) -> None:
    """Keep for the next page of the draft what was done in it; nothing where nothing was written."""
    if act is not None:
        request.session[KEY] = {
            "draft": draft.pk,
            "act": [act.after, act.last],
            "told": [words, verb, public_id],
        }


def take_last_act(request: HttpRequest, draft: Amendment) -> LastAct | None:
    """Return what was done last in the draft, once."""
    kept = request.session.get(KEY)
    if not kept or kept["draft"] != draft.pk:
        return None
    del request.session[KEY]
    words, verb, public_id = kept["told"]
    after, last = kept["act"]
    form = TakeBackActForm(initial={"after": after, "last": last, "public_id": public_id})
    return LastAct(form, words, verb, public_id)


@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: SignedInRequest, agency: str, number: int, slug: str) -> HttpResponse:
    """Take back what an act wrote; its GET leads back to the draft."""
    draft = changeable_draft(request, agency, number, slug)
    form = TakeBackActForm(request.POST)
    public_id = ""
    if request.method == "POST" and form.is_valid():
        public_id = form.cleaned_data["public_id"]
        try:
            _, act = amending.performed(
                draft, lambda: amending.take_back(draft, form.act, by=request.user)
            )
        except ValidationError as error:
            messages.warning(request, "　".join(error.messages))
        else:
            messages.success(request, TAKEN_BACK)
            remember(request, draft, act, TAKEN_BACK, verb="reword", public_id=public_id)
    nodes = amending.text_of(draft).nodes.values() if public_id else ()
    if any(node.public_id == public_id for node in nodes):
        return redirect("clause", agency, number, slug, public_id)
    return redirect("draft", agency, number, slug)
