"""Every text gets a folded copy, in which searches look."""

from django.db import migrations

from jst_objectives.folded import FoldedField, fill

FOLDED = {
    "program": ("name", "english_name", "subtitle", "target"),
    "programsection": ("heading", "body"),
}


class Migration(migrations.Migration):
    dependencies = [("programs", "0002_people")]
    operations = [
        *(
            migrations.AddField(
                model, "folded", FoldedField(sources=sources, verbose_name="検索用")
            )
            for model, sources in FOLDED.items()
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
