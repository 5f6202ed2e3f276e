from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate, pre_migrate


class EvaluationConfig(AppConfig):
    name = "evaluation"
    verbose_name = "中長期目標・評価"

    def ready(self) -> None:
        from evaluation import deployment, triggers
        from evaluation.documents.pdf import check_renderer
        from jst_objectives.folded import check_folded

        # While SQLite rebuilds a table, triggers of other tables that name it stop the migration;
        # those of the table itself are gone afterwards.
        pre_migrate.connect(triggers.drop_before_migrate, sender=self)
        post_migrate.connect(triggers.install_after_migrate, sender=self)
        register(triggers.check_triggers, Tags.database)
        register(deployment.check_demo_users, Tags.database)
        register(check_folded, Tags.database)
        register(check_renderer)
