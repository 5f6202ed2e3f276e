"""Editing a draft: its tree, one clause with its changes, and new clauses."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from evaluation import amending, approving, commenting
from evaluation.checks import tidied
from evaluation.consistency import check
from evaluation.forms import clauses as forms
from evaluation.forms import successions
from evaluation.forms.texts import KeptField
from evaluation.models import Amendment, Clause
from evaluation.models.texts import Node, Text
from evaluation.permissions import SignedInRequest, changeable_draft
from evaluation.placing import PARENTS, Place, place_beside, siblings
from evaluation.surroundings import changed_elsewhere
from evaluation.views.clause_page import ClausePage
from evaluation.views.last_act import perform, remember, take_last_act
from evaluation.views.merging import second_editor
from evaluation.views.once import once
from evaluation.views.outline import Outline
from evaluation.views.presence import here
from evaluation.views.tree import ONLY_CHANGED
from evaluation.views.typed import take_typed
from evaluation.views.workspace import NAMES, only_changed, show

WITHDRAW = "新設を取りやめる"
OPPOSITE = {"up": "down", "down": "up"}


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
    "reword": Verb(forms.RewordForm, amending.reword, NAMES["reword"], "保存しました。"),
    "relabel": Verb(forms.RelabelForm, amending.relabel, "番号を改める", "番号を改めました。"),
    "move": Verb(forms.MoveForm, amending.move, "別の場所へ移す", "移しました。"),
    "up": Verb(
        forms.TakeBackForm,
        partial(amending.shift, step=-1),
        "条項を上へ動かす",
        "上へ動かしました。",
    ),
    "down": Verb(
        forms.TakeBackForm,
        partial(amending.shift, step=1),
        "条項を下へ動かす",
        "下へ動かしました。",
    ),
    "explain": Verb(forms.ChangeForm, amending.explain, NAMES["explain"], "理由を保存しました。"),
    "repeal": Verb(forms.RepealForm, amending.repeal, "この条項を削る", "削ることにしました。"),
    "restore": Verb(forms.TakeBackForm, amending.restore, "この条項を戻す", "戻しました。"),
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
    "undo": Verb(
        forms.UndoForm, amending.undo, "現行の文言・番号・場所に戻す", "現行の文言に戻しました。"
    ),
}


OF_ORIGIN = {"derive", "series"}  # they change nothing of the clause itself


# --- The draft ------------------------------------------------------------------------------------
@require_safe
def draft(request: SignedInRequest, agency: str, number: int, slug: str) -> HttpResponse:
    """The whole tree of a draft, with what it changes and where that can be done."""
    draft = changeable_draft(request, agency, number, slug)
    outline = Outline.of(draft)
    comments = commenting.open_by_clause(commenting.threads(draft, request.user))
    only = only_changed(request)
    context = {
        "outline": outline,
        "counts": Counter(outline.kinds.values()).most_common(),
        "only_changed": only,
        "lines": outline.marked_lines if only else outline.lines,
        "last_act": take_last_act(request, draft),
        "report": check(draft, (outline.before, outline.text)),
        "hand": outline.hand,
        "can_draw": True,
        "renumberings": outline.renumberings,
        "referring": amending.forgotten_in(draft, outline.before, outline.text),
        "comments": comments,
        "comment_count": comments.total(),
        "shared": _shared(request, outline),
        "voided": approving.voided(draft),
    }
    return render(request, "evaluation/draft.html", _of(draft) | context)


def _shared(request: SignedInRequest, outline: Outline) -> list[tuple[Node, list[Amendment]]]:
    """Return the clauses that other drafts change as well, each with these."""
    elsewhere = changed_elsewhere(outline.draft, request.user)
    return [
        (node, elsewhere[node.clause_id])
        for node, _ in outline.changes
        if node.clause_id in elsewhere
    ]


# --- One clause -----------------------------------------------------------------------------------
@require_safe
def clause(
    request: SignedInRequest, agency: str, number: int, slug: str, public_id: str
) -> HttpResponse:
    """One clause: what is in force, what the draft makes of it, and the ways to change it."""
    draft = changeable_draft(request, agency, number, slug)
    page = ClausePage.of(draft, public_id)
    return show(request, page, "explain" if page.node.repealed else "reword")


@once
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
            act = partial(VERBS[verb].act, draft, page.clause, by=request.user, **form.values)
            made, written = perform(request, draft, act)
        except amending.Stale as stale:
            return _overtaken(request, draft, verb, stale)
        except ValidationError as error:
            forms.refuse(form, error)
        else:
            there = made if verb == "replace" else page.clause
            return _saved(request, page, verb, written, there)
    return _shown(request, page, verb, form)


def _shown(
    request: SignedInRequest, page: ClausePage, verb: str, form: forms.ChangeForm
) -> HttpResponse:
    if verb in NAMES:
        return show(request, page, verb, form)
    names = {"page": page, "verb": verb, "verb_name": VERBS[verb].name_for(page), "form": form}
    draft = page.outline.draft
    context = _of(draft) | names | {"renumberings": page.renumberings}
    context["here"] = here(request, draft, page.clause)
    return render(request, "evaluation/change.html", context)


def _saved(
    request: SignedInRequest,
    page: ClausePage,
    verb: str,
    written: amending.Act | None,
    there: Clause,
) -> HttpResponse:
    """Tell what was saved and show the clause or what took its place; the draft where nothing is left."""
    before, draft = page.node, page.outline.draft
    tree = amending.text_of(draft)
    now = tree.nodes.get(before.clause_id)
    name = VERBS[verb].name_for(page)
    remember(request, draft, written, name, verb=verb, public_id=before.public_id)
    if now is None:
        messages.success(request, f"新設を取りやめました：{page.place}")
        return redirect("draft", *_address(draft))
    same = now == before and now.wording.reason_id == before.wording.reason_id
    same = same and verb not in OF_ORIGIN
    if written is None:
        messages.info(request, "変わったところはありません。何も保存していません。")
    elif same and now.wording.base_id != before.wording.base_id:
        messages.success(request, "決定された文言を確かめたことを記録し、この文言を残しました。")
    else:
        messages.success(request, VERBS[verb].done)
    return redirect(_back(request, draft, tree, tree.nodes[there.pk], verb))


def _back(request: SignedInRequest, draft: Amendment, tree: Text, node: Node, verb: str) -> str:
    """Return where the page was on which a verb was chosen, its tree as it was, the keyboard at the
    button that was pressed: the other one, where the clause can go no further."""
    if "order" in request.GET and verb in OPPOSITE:
        further = place_beside(tree, node, -1 if verb == "up" else 1)
        button = verb if further else OPPOSITE[verb]
        return f"{reverse('order', args=_address(draft))}#{button}-{node.public_id}"
    only = f"?only={ONLY_CHANGED}" if only_changed(request) else ""
    return reverse("clause", args=[*_address(draft), node.public_id]) + only


def _overtaken(
    request: SignedInRequest, draft: Amendment, verb: str, stale: amending.Stale
) -> HttpResponse:
    """Ask again where somebody else was faster; a text is merged, so that nothing typed is lost."""
    page = ClausePage(Outline.of(draft), stale.current)
    mine = request.POST.copy()
    if verb == "reword":
        was = mine.get("opened") or (page.in_force or page.node).text
        base = KeptField().clean(was)
        return second_editor(request, page, base=base, mine=tidied(str(mine["text"])), stale=stale)
    mine["seen"] = stale.seen
    context = _of(draft) | {
        "page": page,
        "verb": verb,
        "verb_name": VERBS[verb].name_for(page),
        "form": VERBS[verb].form(page.target, mine),
    }
    return render(request, "evaluation/conflict.html", context, status=409)


# --- New clauses ----------------------------------------------------------------------------------
@once
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


@once
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
            do = partial(act, draft, by=request.user, **form.values)
            clause, written = perform(request, draft, do)
        except ValidationError as error:
            forms.refuse(form, error)
        else:
            name = clause.get_kind_display()
            messages.success(request, f"新設しました：{name}")
            remember(request, draft, written, f"{name}の新設", public_id=clause.public_id)
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
