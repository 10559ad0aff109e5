"""All documents of a plan in one file."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

EARLIEST = (1980, 1, 1, 0, 0, 0)


def bundle(folder: Path, files: list[Path]) -> bytes:
    """The files with their paths below ``folder`` as a ZIP; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), EARLIEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())
    return buffer.getvalue()
