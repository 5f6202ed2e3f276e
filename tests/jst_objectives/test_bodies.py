"""A large request is refused before its body is read."""

import socket
from urllib.parse import urlsplit

import pytest

from tests.programs.test_sign_in_pages import latin_words

MEGABYTE = 1024 * 1024


def test_a_large_body_is_refused_before_it_is_read(live_server):
    """The body is announced and never sent: whoever waited for it would not answer."""
    place = urlsplit(live_server.url)
    with socket.create_connection((place.hostname, place.port), timeout=10) as line:
        line.sendall(
            b"POST /verification/ HTTP/1.1\r\n"
            + f"Host: {place.netloc}\r\n".encode()
            + b"Content-Type: multipart/form-data; boundary=x\r\n"
            + f"Content-Length: {80 * MEGABYTE}\r\n\r\n".encode()
        )
        answer = b""
        while b"</html>" not in answer:
            answer += line.recv(65536)
    head, _, page = answer.decode().partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 413 ")
    assert "nosniff" in head
    assert "ファイルも含めて25 MBまでです。何も保存していません。" in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("length", "status"),
    [("26214400", 403), ("26214401", 413), ("9" * 30, 413), ("", 403), ("x", 403), ("²", 403)],
)
def test_the_limit(client, length, status):
    """403 is the missing CSRF token: such a request goes on to the rest of the portal."""
    client.handler.enforce_csrf_checks = True
    plain = {"content_type": "text/plain", "CONTENT_LENGTH": length}  # of which nothing is read
    answer = client.post("/verification/", b"", **plain)
    assert answer.status_code == status


@pytest.mark.django_db
def test_its_page_is_japanese_and_asks_no_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.post("/", CONTENT_LENGTH=str(26 * MEGABYTE))
    assert latin_words(answer.content.decode()) <= {"MB"}
