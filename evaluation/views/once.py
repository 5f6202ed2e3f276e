"""A form that is sent twice — a double click, a lost answer, a reloaded page — is written once.

Each rendered form carries a token of its own (`{% form_token %}`). The first time its fields are kept
as a digest in the transaction that saves; the second time they get the first answer and change nothing.
The same page sent with other fields is another saving: what somebody typed after going back counts.
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone

from evaluation.models import Submission
from evaluation.permissions import SignedInRequest

TOKEN = "form_token"
KEPT = dt.timedelta(days=1)
AGAIN = "同じ内容がもう一度送られました。保存は、一度だけ行いました。"
View = Callable[..., HttpResponse]


class Refused(HttpResponseRedirect):
    """The answer to a form that was refused, where it leads on instead of showing the form again."""


def once(view: View) -> View:
    """Decorate a view that saves what a form sent and then leads on."""

    @wraps(view)
    def answered(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST" or not request.POST.get(TOKEN):
            return view(request, *args, **kwargs)
        with transaction.atomic():
            sent = _begun(request)
            if sent is None:
                return _repeated(request)
            response = view(request, *args, **kwargs)
            _end(sent, response)
        return response

    return answered


def _begun(request: SignedInRequest) -> Submission | None:
    """Return the row of a form sent for the first time, else None.

    Two at the same moment: the second waits here until the first one's transaction is through.
    """
    sent = Submission(user=request.user, digest=_digest(request), at=timezone.now())
    try:
        with transaction.atomic():
            sent.save(force_insert=True)
    except IntegrityError:
        return None
    return sent


def _end(sent: Submission, response: HttpResponse) -> None:
    """Keep where a saved form led to; one that was refused may be sent again."""
    if not isinstance(response, HttpResponseRedirect) or isinstance(response, Refused):
        sent.delete()
        return
    sent.location = response.url[:500]
    sent.save()
    Submission.objects.filter(at__lt=sent.at - KEPT).delete()


def _repeated(request: SignedInRequest) -> HttpResponse:
    first = Submission.objects.get(user=request.user, digest=_digest(request))
    messages.info(request, AGAIN)
    return HttpResponseRedirect(first.location)


def _digest(request: SignedInRequest) -> str:
    return hashlib.sha256(repr([request.path, *_fields(request)]).encode()).hexdigest()


def _fields(request: SignedInRequest) -> Iterator[Any]:
    """Yield all that was sent, files by their digests; not the CSRF token, which each page masks anew."""
    for name, values in sorted(request.POST.lists()):
        if name != "csrfmiddlewaretoken":
            yield name, values
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            digest = hashlib.sha256()
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)
            yield name, file.name, digest.hexdigest()
