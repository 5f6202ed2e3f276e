"""Every text gets a folded copy, in which searches look."""

from django.db import migrations

from jst_objectives.folded import FoldedField, fill

FOLDED = {
    "amendmentreason": ("title", "text"),
    "policytext": ("heading", "body"),
    "reasongroup": ("title", "introduction"),
    "wording": ("text",),
}


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0007_succession")]
    operations = [
        *(
            migrations.AddField(
                model, "folded", FoldedField(sources=sources, verbose_name="検索用")
            )
            for model, sources in FOLDED.items()
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
