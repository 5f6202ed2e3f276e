"""What the web server answers before a page of ours is reached."""

import runpy
import socket

from django.conf import settings
from gunicorn.http.errors import InvalidRequestLine, LimitRequestLine

from jst_objectives.serving import TOO_LONG, Worker

CONFIGURATION = settings.BASE_DIR / "gunicorn.conf.py"


def answer(error, monkeypatch):
    """Return what a worker answers to a request that it cannot read."""
    passed = []
    monkeypatch.setattr(Worker.__mro__[1], "handle_error", lambda *asked: passed.append(asked[-1]))
    ours, theirs = socket.socketpair()
    with ours, theirs:
        Worker.handle_error(object.__new__(Worker), None, ours, ("", 0), error)
        ours.shutdown(socket.SHUT_WR)
        return theirs.makefile("rb").read(), passed


def test_an_address_that_is_too_long_is_answered_in_japanese(monkeypatch):
    head, _, body = answer(LimitRequestLine(9000, 8190), monkeypatch)[0].partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 414 URI Too Long\r\n")
    assert (body, f"Content-Length: {len(body)}".encode() in head) == (TOO_LONG, True)


def test_anything_else_is_left_to_gunicorn(monkeypatch):
    error = InvalidRequestLine("x")
    assert answer(error, monkeypatch) == (b"", [error])


def test_who_asked_and_left_is_no_error(monkeypatch):
    ours, theirs = socket.socketpair()
    theirs.close()
    with ours:
        Worker.handle_error(object.__new__(Worker), None, ours, ("", 0), LimitRequestLine(9000))


def test_addresses_may_be_as_long_as_gunicorn_reads():
    assert runpy.run_path(str(CONFIGURATION))["limit_request_line"] == 8190
