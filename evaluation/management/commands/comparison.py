"""`manage.py comparison 2026-01-28 --format pdf`, or of any two versions with `--old` and `--new`."""

from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.http import Http404

from evaluation.comparison.rows import NATIONAL, Table
from evaluation.documents.comparison import (
    View,
    comparison_table,
    in_full,
    settings_of,
)
from evaluation.documents.issuing import changes, torn, torn_places
from evaluation.documents.versions import Version, compare_texts
from evaluation.management.output import FORMATS, content_of, hand_out
from evaluation.models import Amendment, ObjectivePeriod, Snapshot


class Command(BaseCommand):
    help = "変更の、または二つの版の新旧対照表を出力します（text、json、html、pdf）。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("amendment", nargs="?", help="変更の識別名（例：2026-01-28）")
        parser.add_argument("--old", help="比べる元の版（例：on:2026-04-01、with:2026-01-28@2）")
        parser.add_argument("--new", help="比べる先の版（例：with:2026-01-28）")
        parser.add_argument("--format", choices=FORMATS, default="text")
        parser.add_argument(
            "--view",
            choices=list(map(str, View)),
            default=str(View.TABLE),
            help="対照（table）、見え消し（inline）、溶け込み（consolidated）",
        )
        parser.add_argument("--full", action="store_true", help="抄ではなく、全文を出力します")
        parser.add_argument("--output", default="-", help="出力先のファイル（- は標準出力）")
        parser.add_argument("--agency", help="法人の略号（識別名だけで決まらないとき。例：jst）")
        parser.add_argument("--period", type=int, help="期（識別名だけで決まらないとき。例：5）")

    def handle(self, *args: Any, **options: Any) -> None:
        table, name, digest = asked(options)
        content = content_of(table, options["format"], options["view"], name, digest)
        hand_out(content, options["output"])


def asked(options: dict[str, Any]) -> tuple[Table, str, str]:
    """Return the table that is asked for, what it is called, and the digest of its content.

    Raises CommandError for what there is not, or what cannot be compared.
    """
    old, new, slug = options["old"], options["new"], options["amendment"]
    if bool(slug) == bool(old or new) or bool(old) != bool(new):
        raise CommandError("変更の識別名か、--old と --new の両方を指定してください。")
    if slug:
        return of_amendment(find(slug, options["agency"], options["period"]), full=options["full"])
    period = find_period(options["agency"], options["period"])
    return of_versions(period, old, new, full=options["full"])


def of_amendment(amendment: Amendment, *, full: bool) -> tuple[Table, str, str]:
    if reasons := torn_places(amendment):
        raise CommandError("新旧対照表を作れません。" + "　".join(reasons))
    issued = settings_of(amendment)
    table = comparison_table(amendment, in_full(issued) if full else issued)
    _, digest = Snapshot.canonical(changes(amendment))
    return table, amendment.slug, digest


def of_versions(
    period: ObjectivePeriod, old_spec: str, new_spec: str, *, full: bool
) -> tuple[Table, str, str]:
    try:
        old, new = (Version.parse(spec, period, None) for spec in (old_spec, new_spec))
        before, after = old.text(), new.text()
    except ValidationError as error:
        raise CommandError("　".join(error.messages)) from error
    except Http404 as error:
        raise CommandError(str(error)) from error
    if reasons := [*torn(before), *torn(after)]:
        raise CommandError("新旧対照表を作れません。" + "　".join(reasons))
    table = compare_texts(old, new, before, after, in_full(NATIONAL) if full else NATIONAL)
    return table, f"{old.spec}　{new.spec}", Snapshot.canonical(asdict(table))[1]


def find(slug: str, agency: str | None, period: int | None) -> Amendment:
    """Return the one amendment meant. Raises CommandError listing what there is, or what is meant."""
    amendments = Amendment.objects.select_related("period__agency")
    found = amendments.filter(slug=slug)
    if agency:
        found = found.filter(period__agency__code=agency)
    if period:
        found = found.filter(period__number=period)
    matches = list(found)
    if len(matches) == 1:
        return matches[0]
    listed = "、".join(_key(amendment) for amendment in matches or amendments)
    if matches:
        raise CommandError(
            f"「{slug}」は複数あります：{listed}。--agency と --period で一つに決めてください。"
        )
    raise CommandError(f"変更「{slug}」はありません。登録されている変更：{listed or 'なし'}")


def find_period(agency: str | None, number: int | None) -> ObjectivePeriod:
    """Return the one period meant. Raises CommandError listing those there are."""
    periods = ObjectivePeriod.objects.select_related("agency")
    found = periods.filter(agency__code=agency) if agency else periods
    matches = list(found.filter(number=number) if number else found)
    if len(matches) == 1:
        return matches[0]
    listed = "、".join(f"--agency {p.agency.code} --period {p.number}" for p in periods)
    raise CommandError(f"どの中長期目標期間か、一つに決めてください：{listed or 'なし'}")


def _key(amendment: Amendment) -> str:
    period = amendment.period
    return f"{amendment.slug}（--agency {period.agency.code} --period {period.number}）"
