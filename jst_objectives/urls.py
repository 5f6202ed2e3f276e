"""Addresses of the portal."""

from django.urls import include, path

urlpatterns = [path("", include("evaluation.urls"))]
