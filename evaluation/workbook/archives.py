"""A workbook as the archive that it is: what it announces is judged before anything is unpacked."""

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from xml.parsers import expat  # nosec B407 - a document type is refused, so no entity expands

from evaluation.workbook.sheets import NotReadable

MEGABYTE = 1024 * 1024
MOST_ENTRIES = 500
LARGEST = 120 * MEGABYTE  # unpacked; a template of 100,000 values has about 50 MB
SWOLLEN = 200  # unpacked to packed; a template has about 20
MOST_TAGS = 4_000_000  # of one part; a template of 100,000 values has about 2.5 million
PIECE = 256 * 1024

DAMAGED = (
    "ファイルを開けません。壊れているか、パスワードが付いています。"
    "Excelで開き、「Excelブック（.xlsx）」で保存し直してください。"
)
BOMB = "展開すると大きすぎるか、圧縮のしかたが普通でないファイルです。Excelで保存し直してください。"
MACRO = (
    "マクロを含むファイルは読みません。マクロのない「Excelブック（.xlsx）」で保存し直してください。"
)
OTHER = "Excelのブック（.xlsx）ではありません。ひな形に入力したファイルを選んでください。"
DTD = "文書型の宣言（DTD）を含むファイルは読みません。Excelで保存し直してください。"
BROKEN = "ファイルの中身（XML）を読めません。Excelで開いて保存し直してください。"
# What reading a damaged archive ends with.
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    RuntimeError,
    NotImplementedError,
    EOFError,
    OSError,
    ValueError,
)


class Archive:
    """The parts of a workbook. Raises NotReadable for one that is no workbook, or not safe to unpack."""

    def __init__(self, content: bytes) -> None:
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(content))
        except _UNREADABLE:
            raise NotReadable(DAMAGED) from None
        entries = self._archive.infolist()
        names = [entry.filename for entry in entries]
        self.size = sum(entry.file_size for entry in entries)
        swollen = any(e.file_size > SWOLLEN * max(e.compress_size, 1024) for e in entries)
        if len(entries) > MOST_ENTRIES or self.size > LARGEST or swollen:
            raise NotReadable(BOMB)
        if any("vbaproject" in name.lower() or "macrosheets" in name.lower() for name in names):
            raise NotReadable(MACRO)
        if "xl/workbook.xml" not in names:
            raise NotReadable(OTHER)
        if len(set(names)) != len(names):
            raise NotReadable(DAMAGED)
        self.names = set(names)

    def parse(
        self,
        name: str,
        start: Callable[[str, dict[str, str]], None],
        end: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None,
    ) -> None:
        """Tell the elements of a part; names are without their name space. Raises NotReadable."""
        tags = 0
        for piece in self._pieces(name):
            tags += piece.count(b"<")
            if tags > MOST_TAGS:
                raise NotReadable("セルが多すぎます。ひな形の行と列だけにしてください。")
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse
        parser.StartElementHandler = start
        if end:
            parser.EndElementHandler = end
        if text:
            parser.CharacterDataHandler = text
        try:
            for piece in self._pieces(name):
                parser.Parse(piece, False)
            parser.Parse(b"", True)
        except expat.ExpatError:
            raise NotReadable(BROKEN) from None

    def _pieces(self, name: str) -> Iterator[bytes]:
        try:
            with self._archive.open(name) as part:
                while piece := part.read(PIECE):
                    yield piece
        except KeyError:
            raise NotReadable(DAMAGED) from None
        except _UNREADABLE:
            raise NotReadable(DAMAGED) from None


def _refuse(*_: object) -> None:
    raise NotReadable(DTD)
