from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate


class EvaluationConfig(AppConfig):
    name = "evaluation"
    verbose_name = "中長期目標・評価"

    def ready(self) -> None:
        from evaluation import deployment, triggers
        from evaluation.documents.pdf import check_renderer

        # SQLite drops a table's triggers silently whenever a migration rebuilds the table.
        post_migrate.connect(triggers.install_after_migrate, sender=self)
        register(triggers.check_triggers, Tags.database)
        register(deployment.check_demo_users, Tags.database)
        register(check_renderer)
