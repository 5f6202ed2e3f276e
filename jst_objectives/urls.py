"""Addresses of the portal."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path(settings.MAINTENANCE_PATH, admin.site.urls),
    path("", include("evaluation.urls")),
]

handler400 = "evaluation.views.errors.bad_request"
handler403 = "evaluation.views.errors.refused"
handler404 = "evaluation.views.errors.not_found"
handler500 = "evaluation.views.errors.broken"
