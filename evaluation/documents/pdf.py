"""HTML to PDF: what goes to paper, the same bytes for the same input.

A PDF is made of one HTML document or of several, its parts, each of which counts its own pages.

WeasyPrint runs in a process of its own (`pdf_child.py`), never in the one that answers requests;
importing this module is cheap and works where Pango is not installed.
"""

import ctypes
import hashlib
import json
import os
import re
import selectors
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Warning

from evaluation.documents import pdf_child
from jst_objectives.fonts import FONTS

# 5,000 rows take about 20 s on a small machine; WeasyPrint has known endless loops and no limit.
TIME_LIMIT = 60
# 5,000 rows, ten times the longest objectives there are, need half of it.
MEMORY_LIMIT = 1536 * 1024 * 1024
MOST_KEPT = 200  # renderings in a folder; one has up to some MB
COMMAND = [sys.executable, "-I", "-X", "utf8", pdf_child.__file__]

# Seconds after which whoever waits for a PDF is told that it is still being made.
SIGN_OF_LIFE = 2
Heard = Callable[[int], None]

# What WeasyPrint loads, with Debian's package of each.
LIBRARIES = {
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    # Without it WeasyPrint subsets fonts in Python: three times slower, and other bytes.
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}


class PdfError(Exception):
    """A PDF that cannot be made: `str()` tells the user, `detail` is for the log."""

    def __init__(self, message: str, detail: str = "") -> None:
        super().__init__(message)
        self.detail = detail


class UnprintableError(PdfError):
    """A text with characters that no font has: whoever writes it can mend it."""


def render_pdf(
    *parts: str,
    time_limit: float = TIME_LIMIT,
    memory_limit: int = MEMORY_LIMIT,
    heard: Heard = lambda done: None,
) -> bytes:
    """Return whole HTML documents as one PDF/UA-1, styled by print.css; nothing else is fetched.

    The first brings language, title and dates (`<meta name="dcterms.created">`); no clock is read.
    `heard` is told at least every two seconds how many parts are laid out; what it raises ends the
    work. Raises PdfError: a library or font is missing, the limit of time (seconds) or memory (bytes)
    is reached, or WeasyPrint complained of anything (a character without a glyph, a refused address).
    """
    return _made("pdf", parts, time_limit, memory_limit, heard)


def read_pages(*parts: str, heard: Heard = lambda done: None) -> dict[str, int]:
    """Return on which page of its part, counted from 1, each id of the parts stands.

    Raises as `render_pdf` does.
    """
    made = _made("pages", parts, TIME_LIMIT, MEMORY_LIMIT, heard)
    numbers: dict[str, int] = json.loads(made)
    return numbers


def _made(
    output: str, parts: Sequence[str], time_limit: float, memory_limit: int, heard: Heard
) -> bytes:
    if missing := [package for font, package in FONTS.items() if not font.exists()]:
        raise PdfError(_install_message(missing))
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as made:
        given.write(json.dumps(parts).encode())
        given.seek(0)
        with subprocess.Popen(
            [*COMMAND, output, str(memory_limit)],
            stdin=given,
            stdout=made,
            stderr=subprocess.PIPE,
            env={name: os.environ[name] for name in ("HOME", "PATH") if name in os.environ},
        ) as child:
            try:
                told = _listen(child, time_limit, heard)
            finally:
                child.kill()  # one that has ended does not mind
        if child.returncode:
            raise _error(child.returncode, told)
        made.seek(0)
        return made.read()


def _listen(child: subprocess.Popen[bytes], time_limit: float, heard: Heard) -> str:
    """Pass on how many parts are laid out until the child ends; return what went wrong.

    Raises PdfError where it takes too long.
    """
    assert child.stderr
    told, end = b"", time.monotonic() + time_limit
    with selectors.DefaultSelector() as selector:
        selector.register(child.stderr, selectors.EVENT_READ)
        while (left := end - time.monotonic()) > 0:
            if selector.select(min(left, SIGN_OF_LIFE)):
                piece = os.read(child.stderr.fileno(), 65536)
                told += piece
                if not piece:
                    child.wait()
                    return told.decode(errors="replace").replace(f"{pdf_child.LAID_OUT}\n", "")
            heard(told.count(f"{pdf_child.LAID_OUT}\n".encode()))
    raise PdfError(
        f"PDFの作成が制限時間（{time_limit:g}秒）内に終わらないため中止しました。"
        "対象を分けて、もう一度作成してください。"
    )


def _error(code: int, detail: str) -> PdfError:
    if code == pdf_child.EXIT_NO_LIBRARY:
        return PdfError(_install_message(LIBRARIES.values()), detail)
    # Fontconfig and GLib end the process themselves when they get no memory.
    if code == pdf_child.EXIT_NO_MEMORY or re.search("out of memory|failed to allocate", detail):
        return PdfError(
            "PDFの作成に必要なメモリーが上限を超えました。対象を分けて、もう一度作成してください。",
            detail,
        )
    if characters := re.findall(r"^\.notdef glyph .*\(U\+([0-9A-F]{4,6})\)$", detail, re.MULTILINE):
        listed = "、".join(f"「{chr(int(c, 16))}」（U+{c}）" for c in dict.fromkeys(characters))
        return UnprintableError(
            f"PDFに印刷できない文字があります：{listed}。別の文字に直してください。", detail
        )
    return PdfError("PDFを作成できませんでした。管理者に連絡してください。", detail)


def _install_message(packages: Iterable[str]) -> str:
    return (
        "PDFの作成に必要なライブラリまたはフォントがありません。次のDebianパッケージを入れてください："
        f"sudo apt-get install {' '.join(dict.fromkeys(packages))}"
    )


def render_pdf_cached(*parts: str, folder: Path, heard: Heard = lambda done: None) -> bytes:
    """Return `render_pdf(*parts)`, kept in `folder` (made if absent) under a digest of all its input."""
    return _kept(folder, "pdf", parts, lambda: render_pdf(*parts, heard=heard))


def read_pages_cached(
    *parts: str, folder: Path, heard: Heard = lambda done: None
) -> dict[str, int]:
    """Return `read_pages(*parts)`, kept likewise."""
    made = _kept(
        folder, "json", parts, lambda: json.dumps(read_pages(*parts, heard=heard)).encode()
    )
    numbers: dict[str, int] = json.loads(made)
    return numbers


def is_kept(*parts: str, folder: Path, suffix: str) -> bool:
    """Tell whether there is a rendering of these parts: `pdf`, or the pages of their ids, `json`."""
    return _place(folder, suffix, parts).exists()


def _kept(folder: Path, suffix: str, parts: Sequence[str], make: Callable[[], bytes]) -> bytes:
    file = _place(folder, suffix, parts)
    if file.exists():
        return file.read_bytes()
    made = make()
    folder.mkdir(parents=True, exist_ok=True)
    # Whoever looks at the same time sees the whole file or none.
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as part:
        part.write(made)
    Path(part.name).replace(file)
    _forget_oldest(folder)
    return made


def _forget_oldest(folder: Path) -> None:
    """Keep the newest renderings only: anybody may ask for as many as there are pairs of days."""
    kept = [(file.stat().st_mtime_ns, file) for file in folder.iterdir() if file.suffix != ".part"]
    for _, file in sorted(kept, reverse=True)[MOST_KEPT:]:
        file.unlink(missing_ok=True)


def _place(folder: Path, suffix: str, parts: Sequence[str]) -> Path:
    key = hashlib.sha256(json.dumps(renderer_versions()).encode())
    key.update(pdf_child.STYLE_SHEET.read_bytes())
    key.update("\f".join(parts).encode())
    return folder / f"{key.hexdigest()}.{suffix}"


def renderer_versions() -> dict[str, str]:
    """Return what the bytes of a PDF depend on besides its input, to be kept with an issued one.

    Packages and libraries by version, each font file by its SHA-256. Raises PdfError when one is
    missing.
    """
    if missing := missing_packages():
        raise PdfError(_install_message(missing))
    pango = ctypes.CDLL("libpango-1.0.so.0")
    harfbuzz = ctypes.CDLL("libharfbuzz.so.0")
    pango.pango_version_string.restype = ctypes.c_char_p
    harfbuzz.hb_version_string.restype = ctypes.c_char_p
    return {
        "weasyprint": metadata.version("weasyprint"),
        "pydyf": metadata.version("pydyf"),
        "pango": pango.pango_version_string().decode(),
        "harfbuzz": harfbuzz.hb_version_string().decode(),
        **{font.name: _sha256(font, font.stat().st_mtime_ns) for font in FONTS},
    }


@lru_cache(maxsize=8)
def _sha256(file: Path, changed: int) -> str:
    # `changed` is part of the key: a font that is replaced while the server runs is read again.
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def missing_packages() -> list[str]:
    """Return the Debian packages that rendering needs and this machine lacks."""
    missing = [package for font, package in FONTS.items() if not font.exists()]
    for library, package in LIBRARIES.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            missing.append(package)
    return list(dict.fromkeys(missing))


def check_renderer(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Warn when PDFs cannot be made here; the rest of the portal works without them."""
    packages = missing_packages()
    return [Warning(_install_message(packages), id="evaluation.W001")] if packages else []
