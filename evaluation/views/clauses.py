"""Editing a draft: its tree, one clause with its changes, and new clauses."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from evaluation import amending
from evaluation.checks import tidied
from evaluation.documents.hand import Hand
from evaluation.forms import clauses as forms
from evaluation.forms import successions
from evaluation.models import Amendment, Clause
from evaluation.models.texts import Text
from evaluation.permissions import SignedInRequest, changeable_draft
from evaluation.placing import PARENTS, Place, siblings
from evaluation.views.clause_page import ClausePage
from evaluation.views.outline import Outline
from evaluation.views.typed import take_typed

WITHDRAW = "新設を取りやめる"


@dataclass(frozen=True)
class Verb:
    """A change of a clause: its form, what writes it, its name, and what is told afterwards."""

    form: type[forms.ChangeForm]
    act: Callable[..., Any]
    name: str
    done: str

    def name_for(self, page: ClausePage) -> str:
        return WITHDRAW if self.act is amending.undo and page.is_introduced else self.name


VERBS = {
    "reword": Verb(forms.RewordForm, amending.reword, "文言を改める", "保存しました。"),
    "relabel": Verb(forms.RelabelForm, amending.relabel, "番号を改める", "番号を改めました。"),
    "move": Verb(forms.MoveForm, amending.move, "別の場所へ移す", "移しました。"),
    "explain": Verb(forms.ChangeForm, amending.explain, "変更理由を選ぶ", "理由を保存しました。"),
    "repeal": Verb(forms.RepealForm, amending.repeal, "削る", "削ることにしました。"),
    "restore": Verb(forms.TakeBackForm, amending.restore, "戻す", "戻しました。"),
    "split": Verb(successions.SplitForm, amending.split, "二つ以上に分ける", "分けました。"),
    "merge": Verb(successions.MergeForm, amending.merge, "ほかの条項を統合する", "統合しました。"),
    "replace": Verb(
        successions.ReplaceForm, amending.replace, "別の条項に置き換える", "置き換えました。"
    ),
    "derive": Verb(
        successions.DeriveForm, amending.derive, "由来を記録する", "由来を記録しました。"
    ),
    "series": Verb(
        successions.SeriesForm,
        amending.judge_series,
        "系列の扱いを選ぶ",
        "系列の扱いを記録しました。",
    ),
    "undo": Verb(forms.UndoForm, amending.undo, "元に戻す", "現行の文言に戻しました。"),
}


OF_ORIGIN = {"derive", "series"}  # they change nothing of the clause itself


# --- The draft ------------------------------------------------------------------------------------
@require_safe
def draft(request: SignedInRequest, agency: str, number: int, slug: str) -> HttpResponse:
    """The whole tree of a draft, with what it changes and where that can be done."""
    draft = changeable_draft(request, agency, number, slug)
    outline = Outline.of(draft)
    context = {
        "outline": outline,
        "counts": Counter(outline.kinds.values()).most_common(),
        "hand": Hand.of(draft, outline.before, outline.text),
        "can_draw": True,
        "renumberings": outline.renumberings,
        "referring": amending.forgotten_in(draft, outline.before, outline.text),
    }
    return render(request, "evaluation/draft.html", _of(draft) | context)


# --- One clause -----------------------------------------------------------------------------------
@require_safe
def clause(
    request: SignedInRequest, agency: str, number: int, slug: str, public_id: str
) -> HttpResponse:
    """One clause: what is in force, what the draft makes of it, and the ways to change it."""
    draft = changeable_draft(request, agency, number, slug)
    page = ClausePage.of(draft, public_id)
    return _shown(request, page, "explain" if page.node.repealed else "reword")


@require_http_methods(["GET", "HEAD", "POST"])
def change(
    request: SignedInRequest, agency: str, number: int, slug: str, public_id: str, verb: str
) -> HttpResponse:
    """Ask for one change of a clause, and write it."""
    draft = changeable_draft(request, agency, number, slug)
    page = ClausePage.of(draft, public_id)
    if verb not in VERBS:
        raise Http404("この操作はありません。条項のページから選んでください。")
    typed = request.POST if request.method == "POST" else take_typed(request)
    form = VERBS[verb].form(page.target, typed)
    if request.method == "POST" and form.is_valid():
        try:
            VERBS[verb].act(draft, page.clause, by=request.user, **form.values)
        except amending.Stale as stale:
            return _overtaken(request, draft, verb, stale)
        except ValidationError as error:
            forms.refuse(form, error)
        else:
            return _saved(request, page, verb)
    return _shown(request, page, verb, form)


def _shown(
    request: SignedInRequest, page: ClausePage, verb: str, form: forms.ChangeForm | None = None
) -> HttpResponse:
    context = _of(page.outline.draft) | {
        "page": page,
        "verb": verb,
        "verb_name": VERBS[verb].name_for(page),
        "form": form or VERBS[verb].form(page.target),
        "renumberings": page.renumberings,
    }
    on_its_page = verb in {"reword", "explain"}
    template = "evaluation/clause.html" if on_its_page else "evaluation/change.html"
    return render(request, template, context)


def _saved(request: SignedInRequest, page: ClausePage, verb: str) -> HttpResponse:
    """Tell what was saved and show the clause, or the draft where nothing is left of it."""
    before, draft = page.node, page.outline.draft
    now = amending.text_of(draft).nodes.get(before.clause_id)
    if now is None:
        messages.success(request, f"新設を取りやめました：{page.place}")
        return redirect("draft", *_address(draft))
    same = now == before and now.wording.reason_id == before.wording.reason_id
    same = same and verb not in OF_ORIGIN
    if same and now.wording.base_id != before.wording.base_id:
        messages.success(request, "決定された文言を確かめたことを記録し、この文言を残しました。")
    elif same:
        messages.info(request, "変わったところはありません。何も保存していません。")
    else:
        messages.success(request, VERBS[verb].done)
    return redirect("clause", *_address(draft), before.public_id)


def _overtaken(
    request: SignedInRequest, draft: Amendment, verb: str, stale: amending.Stale
) -> HttpResponse:
    """Show base, mine and theirs where somebody else was faster; nothing typed is lost."""
    page = ClausePage(Outline.of(draft), stale.current)
    mine = request.POST.copy()
    mine["seen"] = stale.seen
    context = _of(draft) | {
        "page": page,
        "verb": verb,
        "verb_name": VERBS[verb].name_for(page),
        "form": VERBS[verb].form(page.target, mine),
        "table": page.against(tidied(str(mine["text"]))) if "text" in mine else None,
    }
    return render(request, "evaluation/conflict.html", context, status=409)


# --- New clauses ----------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
def new_item(request: SignedInRequest, agency: str, number: int, slug: str) -> HttpResponse:
    """Add an item with its paragraphs, axes, indicators and programmes, all or nothing."""
    draft = changeable_draft(request, agency, number, slug)
    text = amending.text_of(draft)
    typed = request.POST if request.method == "POST" else take_typed(request)
    form = forms.NewItemForm(
        draft,
        text,
        Clause.Kind.ITEM,
        _place(request, text, Clause.Kind.ITEM),
        typed,
        programs=draft.period.agency.programs.all(),
    )
    return _introduced(request, draft, form, amending.insert_item)


@require_http_methods(["GET", "HEAD", "POST"])
def new_clause(request: SignedInRequest, agency: str, number: int, slug: str) -> HttpResponse:
    """Add one paragraph, axis, indicator or chapter."""
    draft = changeable_draft(request, agency, number, slug)
    kind = request.GET.get("kind", Clause.Kind.BODY)
    if kind not in Clause.Kind.values:
        raise Http404("加える条項の種類は、変更案の編集ページから選んでください。")
    if kind == Clause.Kind.ITEM:
        return redirect("new_item", agency, number, slug)
    text = amending.text_of(draft)
    typed = request.POST if request.method == "POST" else take_typed(request)
    form = forms.NewForm(draft, text, kind, _place(request, text, kind), typed)
    return _introduced(request, draft, form, amending.insert)


def _introduced(
    request: SignedInRequest, draft: Amendment, form: forms.NewForm, act: Callable[..., Clause]
) -> HttpResponse:
    """Write the new clause and show it, or ask for it."""
    if request.method == "POST" and form.is_valid():
        try:
            clause = act(draft, by=request.user, **form.values)
        except ValidationError as error:
            forms.refuse(form, error)
        else:
            messages.success(request, f"新設しました：{clause.get_kind_display()}")
            return redirect("clause", *_address(draft), clause.public_id)
    context = _of(draft) | {"form": form, "kind_name": Clause.Kind(form.kind).label}
    return render(request, "evaluation/new_clause.html", context)


def _place(request: SignedInRequest, text: Text, kind: str) -> Place | None:
    """Read where a link wants the new clause: `?parent=…&after=…`; without `after`, as the last."""
    if "parent" not in request.GET:
        return None
    named = {node.public_id: node for node in text.order}
    parent = named.get(request.GET.get("parent", ""))
    if (parent.kind if parent else None) not in PARENTS[kind]:
        return None
    there = siblings(text, kind, parent.clause_id if parent else None)
    after = named.get(request.GET.get("after", ""))
    if after not in there:
        after = there[-1] if there else None
    return Place(parent, after)


# --- What the pages share -------------------------------------------------------------------------
def _of(draft: Amendment) -> dict[str, object]:
    return {"amendment": draft, "period": draft.period}


def _address(draft: Amendment) -> tuple[str, int, str]:
    return draft.period.agency.code, draft.period.number, draft.slug
