"""Starting an amendment, its facts, and what each step of its procedure asks for.

A step's form cleans to the keyword arguments of its verb.
"""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from evaluation import approving, drafting, procedure, recording, restricting
from evaluation.forms.clauses import SeenField
from evaluation.forms.dates import JapaneseDateField
from evaluation.forms.plain import PlainForm
from evaluation.models import Amendment, ObjectivePeriod
from programs.models import User

SLUG = re.compile(r"[a-z0-9][a-z0-9-]*")
RESERVED_SLUG = "new"  # the address of the page that starts a draft


class SlugField(forms.CharField):
    """The last part of an amendment's address, unique in its period (checked by the form)."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            label="識別名",
            max_length=50,
            help_text="ほかの変更と区別する名前です。半角の小文字・数字・ハイフン（例：2026-10-01）。ページのアドレスにも使います。",
            error_messages={"required": "識別名を入力してください（例：2026-10-01）。"},
            **options,
        )

    def clean(self, value: Any) -> str:
        slug: str = super().clean(value)
        if not SLUG.fullmatch(slug):
            raise ValidationError(
                "識別名は、半角の小文字・数字・ハイフンで、文字か数字から始めてください（例：2026-10-01）。"
            )
        if slug == RESERVED_SLUG:
            raise ValidationError("識別名「new」は使えません。別の名前にしてください。")
        return slug


def free_slug(period: ObjectivePeriod, slug: str) -> str:
    """Return the slug. Raises ValidationError where an amendment of the period has it already."""
    if period.amendments.filter(slug=slug).exists():
        raise ValidationError(f"識別名「{slug}」の変更が、この期間にすでにあります。")
    return slug


def title_field() -> forms.CharField:
    return forms.CharField(
        label="件名",
        max_length=200,
        help_text="例：国立研究開発法人科学技術振興機構の中長期目標の変更について",
        error_messages={"required": "件名を入力してください。"},
    )


class FactsForm(PlainForm):
    """What a draft says of itself besides its clauses."""

    is_printed = True

    title = title_field()
    office = forms.CharField(label="担当課", max_length=100, required=False)
    paper_date = JapaneseDateField(label="資料の日付", required=False)
    memo_title = forms.CharField(
        label="説明資料の表題",
        max_length=200,
        required=False,
        help_text="変更の理由を説明する資料の表題です。",
    )
    seen = SeenField()

    def __init__(self, draft: Amendment, data: Any = None) -> None:
        initial = {name: getattr(draft, name) for name in drafting.FACTS}
        super().__init__(data, initial=initial | {"seen": drafting.fingerprint(draft)})


class StartForm(PlainForm):
    """A new draft of a period: an amendment. A correction starts from the wording that it corrects."""

    is_printed = True

    title = title_field()
    slug = SlugField()
    office = forms.CharField(label="担当課", max_length=100, required=False)
    paper_date = JapaneseDateField(label="資料の日付", required=False)

    def __init__(self, *args: Any, period: ObjectivePeriod, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.period = period
        today = str(timezone.localdate())
        taken = period.amendments.filter(slug=today).exists()
        free = drafting.suggested_slug(Amendment(period=period, slug=today)) if taken else today
        self.fields["slug"].initial = free

    def clean_slug(self) -> str:
        return free_slug(self.period, self.cleaned_data["slug"])


# --- Steps ----------------------------------------------------------------------------------------
class StepForm(PlainForm):
    """A step that asks for nothing but its confirmation."""

    is_printed = True

    def __init__(self, *args: Any, amendment: Amendment, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.amendment, self.by = amendment, by

    def warnings(self) -> list[str]:
        """Return what is allowed but unusual in what was typed."""
        return []


class CopyForm(StepForm):
    title = title_field()
    slug = SlugField()

    def __init__(self, *args: Any, amendment: Amendment, **kwargs: Any) -> None:
        super().__init__(*args, amendment=amendment, **kwargs)
        self.fields["title"].initial = f"{amendment.title[:197]}の写し"
        self.fields["slug"].initial = drafting.suggested_slug(amendment)

    def clean_slug(self) -> str:
        return free_slug(self.amendment.period, self.cleaned_data["slug"])


class PersonField(forms.ModelChoiceField):
    def label_from_instance(self, user: Any) -> str:
        return f"{user.get_full_name()}（{user.get_username()}）"


class HandOverForm(StepForm):
    to = PersonField(
        label="引き継ぐ人",
        queryset=User.objects.none(),
        empty_label="選んでください",
        help_text="この法人の起案者から選びます。",
        error_messages={
            "required": "引き継ぐ人を選んでください。",
            "invalid_choice": "引き継ぐ人を、一覧から選んでください。",
        },
    )

    def __init__(self, *args: Any, amendment: Amendment, **kwargs: Any) -> None:
        super().__init__(*args, amendment=amendment, **kwargs)
        editors = drafting.editors_of(amendment.period.agency)
        editors = restricting.readers_among(editors, amendment)
        field: Any = self.fields["to"]
        field.queryset = editors.exclude(pk=amendment.holder_id or 0)


class SendBackForm(StepForm):
    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 5}),
        label="差し戻す理由",
        max_length=1000,
        help_text="直してほしい箇所と内容を書きます。起案者のページの先頭に表示されます。",
        error_messages={"required": "差し戻す理由を入力してください。"},
    )


def reason_field(act: str) -> forms.CharField:
    return forms.CharField(
        widget=forms.Textarea(attrs={"rows": 5}),
        label=f"{act}理由",
        max_length=1000,
        help_text="記録として残ります。",
        error_messages={"required": f"{act}理由を入力してください。"},
    )


class WithdrawForm(StepForm):
    reason = reason_field("取り下げる")


class TakeBackForm(StepForm):
    reason = reason_field("編集に戻す")


class ResumeForm(StepForm):
    reason = reason_field("再開する")


class ApproveForm(StepForm):
    # The digest of what the page showed; a page that did not show it leaves it empty, and is refused.
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


class DecideForm(StepForm):
    decided_on = JapaneseDateField(label="決定日", help_text="主務大臣が決定した日。")
    effective_on = JapaneseDateField(label="適用日", help_text="新しい本文が効力をもつ最初の日。")
    without_records = forms.MultipleChoiceField(
        label="法令で必要な手続の記録",
        choices=[("yes", "記録がないまま決定する")],
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "手続を先に記録するか、「記録がないまま決定する」に印を付けてください。"
        },
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, amendment: Amendment, **kwargs: Any) -> None:
        super().__init__(*args, amendment=amendment, **kwargs)
        self.missing = recording.missing_before_decision(amendment)
        if not self.missing:
            del self.fields["without_records"]
        self.day = procedure.day_of_correction(amendment)
        if self.day:
            field = self.fields["effective_on"]
            field.disabled, field.initial = True, self.day
            field.help_text = procedure.explain_day_of_correction(amendment)

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        values.pop("without_records", None)  # asked of the person, not of the verb
        decided_on, effective_on = values.get("decided_on"), values.get("effective_on")
        if decided_on and effective_on:
            procedure.check_decision(self.amendment, decided_on, effective_on)
        return values

    def warnings(self) -> list[str]:
        today = timezone.localdate()
        decided_on, effective_on = (
            self.cleaned_data[name] for name in ("decided_on", "effective_on")
        )
        approved = approving.standing(self.amendment)
        found = []
        if approved and decided_on < timezone.localdate(approved[-1].approved_at):
            found.append("決定日が、承認した日より前です。日付を確かめてください。")
        if self.day:
            found.append(procedure.explain_day_of_correction(self.amendment))
        elif effective_on < decided_on:
            found.append("適用日が、決定日より前です。さかのぼって適用されます。")
        elif effective_on > today:
            found.append("適用日まで、現行の本文が適用されます。")
        return found


class PublishForm(StepForm):
    published_on = JapaneseDateField(
        label="公表日",
        initial=timezone.localdate,
        help_text="この日から、だれでも読めるようになります。先の日付も指定できます。",
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if published_on := values.get("published_on"):
            procedure.check_publication(self.amendment, published_on)
        return values

    def warnings(self) -> list[str]:
        if self.cleaned_data["published_on"] > timezone.localdate():
            return ["公表日まで、サインインしていない人には見えません。"]
        return ["登録すると、すぐにだれでも読めるようになります。"]
