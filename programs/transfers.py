"""Export and import on the maintenance pages: a file out, and a file in by way of a preview.

An upload is read and tried without being saved; its preview shows what would be new, changed, the same
or wrong. Confirming tries again and saves all or nothing: nothing, too, where somebody changed meanwhile
what the preview was based on.
"""

import datetime as dt
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tablib
from django import forms
from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from jst_objectives.tables import as_xlsx
from programs.access import record
from programs.formats import MAX_BYTES, Table, csv_file, read_table
from programs.maintenance import MaintainedAdmin, maintained_agencies
from programs.models import AccessRecord
from programs.resources import PlainResource, digest

MAX_AGE = dt.timedelta(hours=1)  # an upload that nobody has confirmed by then is forgotten
MAX_SHOWN = 200  # rows of each kind in a preview
KINDS = {"new": "新規", "update": "変更", "skip": "同じ", "invalid": "誤り", "error": "誤り"}
OUTDATED = "確認の画面を出した後に、ほかの人がデータを変えました。何も保存していません。もう一度確かめてください。"
EXPIRED = "確認の画面が古くなりました（1時間まで）。ファイルをもう一度選んでください。"
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class UploadForm(forms.Form):
    file = forms.FileField(
        label="ファイル",
        help_text="CSV（UTF-8・Shift_JIS・UTF-16）かExcel（.xlsx）。5MB、2,000行まで。",
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
    )

    def __init__(self, resource: PlainResource, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.resource = resource

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise ValidationError("ファイルは5MBまでです。分けてから取り込んでください。")
        self.content = file.read()
        self.table = read_table(self.content)
        self.resource.check_header(self.table.header)
        return file


@dataclass(frozen=True)
class Row:
    """A row of a preview: its number in the file, what it would do, and its cells or its errors."""

    number: int
    kind: str
    cells: list[Any]
    errors: list[str]

    @property
    def label(self) -> str:
        return KINDS[self.kind]


class Preview:
    """What an import does, told for a person."""

    def __init__(self, table: Table, resource: PlainResource, result: Any) -> None:
        self.source, self.columns = table.source, resource.columns
        self.digest = digest(result)
        rows = [
            _row(number, row, resource)
            for number, row in zip(table.numbers, result.rows, strict=True)
        ]
        self.wrong = [row for row in rows if row.errors]
        self.changing = [row for row in rows if row.kind in ("new", "update") and not row.errors]
        self.counts = {
            label: sum(row.label == label for row in rows)
            for label in ("新規", "変更", "同じ", "誤り")
        }
        self.problems = [str(error.error) for error in result.base_errors]

    @property
    def saves(self) -> bool:
        return bool(self.changing) and not self.wrong and not self.problems

    @property
    def shown(self) -> list[Row]:
        return [*self.wrong[:MAX_SHOWN], *self.changing[:MAX_SHOWN]]

    @property
    def hidden(self) -> int:
        return len(self.wrong) + len(self.changing) - len(self.shown)


def _row(number: int, result: Any, resource: PlainResource) -> Row:
    errors = [str(error.error) for error in result.errors]
    if result.validation_error is not None:
        names = {field.attribute: field.column_name for field in resource.fields.values()}
        told = getattr(result.validation_error, "error_dict", None)
        messages_of = (
            result.validation_error.message_dict if told else {"": result.validation_error.messages}
        )
        errors += [
            f"{names[name]}：{text}" if name in names else text
            for name, texts in messages_of.items()
            for text in texts
        ]
    cells = result.diff or list(result.row_values.values())
    return Row(number, result.import_type, cells, errors)


# --- Uploads between preview and confirmation -----------------------------------------------------
def keep_upload(content: bytes) -> str:
    """Keep a file for its confirmation and return the name under which it is; forget old ones."""
    folder = _folder()
    oldest = (timezone.now() - MAX_AGE).timestamp()
    for file in folder.iterdir():
        if file.stat().st_mtime < oldest:
            file.unlink(missing_ok=True)
    name = secrets.token_hex(16)
    (folder / name).write_bytes(content)
    return name


def _folder() -> Path:
    folder: Path = settings.DATA_DIR / "uploads"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


# --- Pages ----------------------------------------------------------------------------------------
class TransferAdmin(MaintainedAdmin):
    """A maintained model that can be exported and imported as a table."""

    resource_class: type[PlainResource]
    change_list_template = "admin/transfer/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        page = self.admin_site.admin_view
        return [
            path("import/", page(self.import_view), name=f"{name}_import"),
            path("export/<slug:suffix>/", page(self.export_view), name=f"{name}_export"),
            *super().get_urls(),
        ]

    def transferable(self, request: HttpRequest) -> Any:
        """Return what may be exported, and changed by an import."""
        return self.get_queryset(request)

    def resource(self, request: HttpRequest) -> PlainResource:
        return self.resource_class(request.user, self.transferable(request))  # type: ignore[arg-type]

    def export_view(self, request: HttpRequest, suffix: str) -> HttpResponse:
        """Answer with what the list shows, searched and filtered, as a file."""
        if suffix not in TYPES:
            raise Http404
        name = str(self.opts.verbose_name)
        listed = self.get_changelist_instance(request).get_queryset(request)
        table = self.resource(request).export(listed)
        rows = list(table)
        content = (
            csv_file(table.headers, rows) if suffix == "csv" else as_xlsx(table.headers, rows, name)
        )
        agencies = list(maintained_agencies(request.user)[:2])
        only = agencies[0] if len(agencies) == 1 else None
        detail = f"保守：{name}（{len(rows)}件、{suffix.upper()}）"
        record(request, AccessRecord.Kind.EXPORT, agency=only, detail=detail)
        file_name = f"{name}_{timezone.localdate():%Y%m%d}.{suffix}"
        headers = {"Content-Disposition": _attachment(file_name)}
        return HttpResponse(content, content_type=TYPES[suffix], headers=headers)

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Ask for a file, show what it would do, and save it once that is confirmed."""
        if "upload" in request.POST:
            return self._confirm(request)
        resource = self.resource(request)
        posted = request.method == "POST"
        form = UploadForm(
            resource, data=request.POST if posted else None, files=request.FILES if posted else None
        )
        if not (posted and form.is_valid()):
            return self._page(request, "admin/transfer/import.html", form=form, resource=resource)
        upload = {
            "name": keep_upload(form.content),
            "file_name": form.cleaned_data["file"].name,
            "user": request.user.pk,
        }
        return self._preview(request, upload, self._try(request, form.table, upload, ""))

    def _confirm(self, request: HttpRequest) -> HttpResponse:
        try:
            upload = signing.loads(request.POST["upload"], salt=self._salt, max_age=MAX_AGE)
            content = (_folder() / upload["name"]).read_bytes()
        except (signing.BadSignature, FileNotFoundError):
            upload = {}
        if upload.get("user") != request.user.pk:
            messages.error(request, EXPIRED)
            return HttpResponseRedirect(self._address("import"))
        preview = self._try(request, read_table(content), upload, upload["digest"])
        if preview.digest != upload["digest"] or not preview.saves:
            messages.error(request, OUTDATED)
            return self._preview(request, upload, preview)
        (_folder() / upload["name"]).unlink(missing_ok=True)
        counts = preview.counts
        told = f"取り込みました：新規{counts['新規']}件、変更{counts['変更']}件、同じ{counts['同じ']}件。"
        messages.success(request, told)
        return HttpResponseRedirect(self._address("changelist"))

    def _try(
        self, request: HttpRequest, table: Table, upload: dict[str, Any], expected: str
    ) -> Preview:
        """Import a table, and keep what it did only if it did what was expected ("": keep nothing)."""
        resource = self.resource(request)
        dataset = tablib.Dataset(*table.rows, headers=table.header)
        with transaction.atomic():
            result = resource.import_data(
                dataset, rollback_on_validation_errors=True, file_name=upload["file_name"]
            )
            preview = Preview(table, resource, result)
            if preview.digest != expected:
                transaction.set_rollback(True)
        return preview

    def _preview(
        self, request: HttpRequest, upload: dict[str, Any], preview: Preview
    ) -> HttpResponse:
        token = signing.dumps({**upload, "digest": preview.digest}, salt=self._salt)
        context = {"preview": preview, "token": token, "file_name": upload["file_name"]}
        return self._page(request, "admin/transfer/preview.html", **context)

    def _page(self, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"{self.opts.verbose_name}の取込み",
            "opts": self.opts,
            **context,
        }
        return TemplateResponse(request, template, context)

    @property
    def _salt(self) -> str:
        return f"upload of {self.opts.label_lower}"

    def _address(self, page: str) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}")


def _attachment(name: str) -> str:
    from django.utils.http import content_disposition_header

    return content_disposition_header(True, name) or "attachment"
