"""Rules about the papers around the text: what quotes it wrongly, whose marks miss a change, what is
changed without a reason."""

from collections.abc import Iterator

from evaluation.checking.findings import Finding, Matter
from evaluation.checking.matching import key
from evaluation.checking.quoting import quotations
from evaluation.checking.reading import words_of
from evaluation.checking.tree import NUMBERED
from evaluation.comparison.correcting import warnings
from evaluation.comparison.likeness import alike

LEAST_LIKE = 0.8  # a heading of a sheet is meant to be the name that it is this like


def titles(matter: Matter) -> Iterator[Finding]:
    """A title in a sheet that is another than the text's, or a programme's name that is not its own."""
    for sheet in matter.sheets:
        for quoted in quotations(sheet.lines, matter.after):
            if quoted.unit and quoted.differs and quoted.unit.kind in NUMBERED:
                message = f"{sheet.name}では「{words_of(quoted.line)}」です。"
                place = matter.after.place(quoted.unit)
                evidence = (quoted.line, quoted.unit.text)
                yield Finding("title", place, message, quoted.unit.id, evidence)
        for line in sheet.lines:
            for programme in matter.programmes:
                if LEAST_LIKE <= alike(key(line), key(programme.name)) < 1:
                    message = f"{sheet.name}では「{words_of(line)}」です。"
                    yield Finding("title", f"事業「{programme.name}」", message, "", (line,))


def misquotations(matter: Matter) -> Iterator[Finding]:
    """A line of a sheet that quotes a clause in other words."""
    for sheet in matter.sheets:
        for quoted in quotations(sheet.lines, matter.after):
            if quoted.unit and quoted.differs and quoted.unit.kind not in NUMBERED:
                message = f"{sheet.name}では「{words_of(quoted.line)}」です。"
                place = matter.after.place(quoted.unit)
                evidence = (quoted.line, quoted.unit.text)
                yield Finding("quotation", place, message, quoted.unit.id, evidence)


def unseen_changes(matter: Matter) -> Iterator[Finding]:
    """Marks drawn by hand that leave a change out, or that were drawn on other words."""
    for drawn in matter.drawn:
        if (unit := matter.after.units.get(drawn.unit)) is None:
            continue
        place, evidence = matter.after.place(unit), (drawn.old, drawn.new, repr(drawn.marks))
        found = warnings(drawn.old, drawn.new, drawn.marks)
        if drawn.stale:
            found = ["下線を引いた後に本文が変わったため、自動の案に戻っています。"]
        for message in found:
            yield Finding("mark", place, message, unit.id, evidence)


def unexplained(matter: Matter) -> Iterator[Finding]:
    """A change without a reason."""
    for tree in (matter.after, matter.before):
        for unit in tree.order:
            gone = tree is matter.before and unit.id not in matter.after.units
            if unit.id in matter.unexplained and (tree is matter.after or gone):
                message = "変更の理由が選ばれていません。"
                yield Finding("no_reason", tree.place(unit), message, unit.id, (unit.text,))
