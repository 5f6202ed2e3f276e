"""The worker of the web server, which answers in Japanese where no page of ours is reached."""

import contextlib
import socket
from typing import Any

from gunicorn.http.errors import LimitRequestLine
from gunicorn.workers.gthread import ThreadWorker

TOO_LONG = """<!DOCTYPE html>
<html lang="ja"><head><meta charset="utf-8"><title>アドレスが長すぎます</title></head>
<body><h1>アドレスが長すぎます</h1>
<p>検索や絞り込みの条件が多すぎるか、アドレスが壊れています。何も変更していません。</p>
<p>前のページに戻って条件を減らすか、<a href="/">最初のページ</a>からたどってください。</p>
</body></html>
""".encode()
ANSWER = (
    b"HTTP/1.1 414 URI Too Long\r\nConnection: close\r\nContent-Type: text/html; charset=utf-8\r\n"
    b"Content-Security-Policy: default-src 'none'\r\nContent-Length: %d\r\n\r\n"
) % len(TOO_LONG) + TOO_LONG


class Worker(ThreadWorker):
    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: Exception) -> None:
        if not isinstance(exc, LimitRequestLine):
            super().handle_error(req, client, addr, exc)
            return
        with contextlib.suppress(OSError):
            client.sendall(ANSWER)
