"""The table of the grid. A page holds hundreds of fields, so that a line is written at once: numbers, which
are digits of ours, stand in its form; texts are put in and escaped."""

from collections.abc import Iterator, Mapping

from django import template
from django.utils.html import format_html

from evaluation.entering import Line, Section, Sheet, Typed
from evaluation.entering.marks import CLOSED, UNSAVED, WAITING, mark_of
from evaluation.entering.sheet import QUALITATIVE, RATIO
from evaluation.models.texts import Node
from evaluation.numbers import NOTHING, written

register = template.Library()

Unsaved = Mapping[str, Typed]
INDICATOR = '<th scope="rowgroup" rowspan="{}"><a href="{{base}}{}/">{{}}</a></th>'
TABLE = (
    '<div class="scroll" role="region" tabindex="0" aria-labelledby="{id}"><table class="grid">'
    '<thead><tr><th scope="col">指標</th><th scope="col">測定項目</th>'
)
LABEL = '<th scope="row" id="m{}"{}>{{}}{}</th>'
OF, UNIT = ' data-of="{}"', ' <span class="sub">{}</span>'  # texts of a label, where it has them


@register.simple_tag
def grid_table(section: Section, sheet: Sheet, base: str, typed: Unsaved) -> str:
    """Return the table of an item. `base` is the address of the indicators; `typed`, by measure and year,
    is what has not been saved."""
    forms, texts = [TABLE, *_heads(sheet, section.node), "</tr></thead>\n"], []
    for node, lines in section.groups:
        form, own = _group(sheet, section.node, node, lines, typed)
        forms.append(form)
        texts += own
    return format_html("".join(forms) + "</table></div>", *texts, base=base, id=section.id)


def _heads(sheet: Sheet, item: Node) -> Iterator[str]:
    """Yield the heads of the years, each with an id of its item."""
    for year, name in sheet.year_names.items():
        closed = f" <small>{CLOSED}</small>" if year in sheet.gates.closed else ""
        yield f'<th scope="col" id="y{item.clause_id}-{year}">{name}{closed}</th>'


def _group(
    sheet: Sheet, item: Node, node: Node, lines: list[Line], typed: Unsaved
) -> tuple[str, list[str]]:
    """Return the lines of an indicator with places for their texts, and these texts."""
    rows, texts = [], []
    head, words = INDICATOR.format(len(lines), node.public_id), [node.text]
    for line in lines:
        page = f"{{base}}{node.public_id}/measures/{line.position}/"
        cells = [_cell(sheet, item, line, year, typed) for year in sheet.years]
        of = node.text if line.label and line.label != node.text else ""
        label = LABEL.format(line.pk, OF if of else "", UNIT if line.unit else "")
        row = f'<tr data-decimals="{line.decimals}" data-page="{page}">{head}{label}'
        rows.append(row + "".join(cell for cell, _ in cells) + "</tr>\n")
        texts += [*words, *filter(None, (of, line.label or node.text, line.unit))]
        texts += [text for _, text in cells if text]
        head, words = "", []
    return f"<tbody>{''.join(rows)}</tbody>\n", texts


def _cell(sheet: Sheet, item: Node, line: Line, year: int, typed: Unsaved) -> tuple[str, str]:
    """Return a cell, and the text that is put into it; "" for none."""
    pk = line.pk
    if line.nature == RATIO:
        return f'<td class="locked">{_reckoned(sheet, line, year)}</td>', ""
    stands = sheet.standing(line, year)
    if sheet.is_absent(line, year) and not stands.revision:
        return f'<td class="locked">{NOTHING}</td>', ""
    number = "" if stands.number is None else written(stands.number, line.decimals)
    text = "" if number else stands.shown(line.decimals)
    mark, seen = mark_of(stands.stage, stands.note), stands.revision
    if sheet.is_shut(line, year):
        mark = CLOSED if year in sheet.gates.closed else WAITING
        words = number or ("{}" if text else NOTHING)
        return f'<td class="locked">{words} <small>{mark}</small></td>', text
    named = f'aria-labelledby="m{pk} y{item.clause_id}-{year}"'
    if typed and (unsaved := typed.get(f"{pk}-{year}")):
        mark, seen, number, text = UNSAVED, unsaved.seen, "", unsaved.words
        named += f' id="c-{pk}-{year}"'  # where the summary of errors leads to
    words = number or ("{}" if text else "")
    name = f"v-{pk}-{year}-{seen}"
    if line.nature == QUALITATIVE:
        field = f'<textarea name="{name}" rows="1" {named}>\n{words}</textarea>'
        return f"<td>{field}<small>{mark}</small></td>", text
    return f'<td><input name="{name}" value="{words}" {named}><small>{mark}</small></td>', text


def _reckoned(sheet: Sheet, line: Line, year: int) -> str:
    """Return a ratio as it is printed: a number or a state, both words of ours."""
    entry = sheet.ratios.get((line.pk, year))
    return written(entry.number, line.decimals, state=entry.state) if entry else NOTHING
