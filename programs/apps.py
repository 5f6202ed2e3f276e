from django.apps import AppConfig
from django.contrib.admin import apps as admin


class ProgramsConfig(AppConfig):
    name = "programs"
    verbose_name = "法人・事業"
    default = True


class MaintenanceConfig(admin.AdminConfig):
    """Django's admin with our own site in the place of its default one."""

    default = False
    default_site = "programs.maintenance.MaintenanceSite"
