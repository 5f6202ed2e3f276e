"""Addresses of the pages. Agency and period stand first, as in 「JST 第5期」."""

from django.contrib.auth import views as auth
from django.urls import path, register_converter

from evaluation.models import IssuedDocument
from evaluation.views import amendments, documents, objectives


class DocumentKind:
    regex = "|".join(IssuedDocument.Kind.values)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(DocumentKind, "document_kind")
PERIOD = "<slug:agency>/<int:number>/"
AMENDMENT = PERIOD + "amendments/<slug:slug>/"

urlpatterns = [
    path("", objectives.home, name="home"),
    path("accounts/login/", auth.LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("accounts/logout/", auth.LogoutView.as_view(), name="logout"),
    path("verification/", documents.verification, name="verification"),
    path("documents/<slug:sha256>.pdf", documents.document, name="document"),
    path(PERIOD, objectives.objectives, name="objectives"),
    path(PERIOD + "items/<slug:public_id>/", objectives.item, name="item"),
    path(PERIOD + "appendix/", objectives.appendix_page, name="appendix"),
    path(AMENDMENT, amendments.amendment, name="amendment"),
    path(AMENDMENT + "comparison/", amendments.comparison, name="comparison"),
    path(
        AMENDMENT + "issue/<document_kind:kind>/", amendments.issue_document, name="issue_document"
    ),
]
