"""All documents of a plan in one file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

EARLIEST = (1980, 1, 1, 0, 0, 0)


def bundle(folder: Path, files: list[Path]) -> bytes:
    """The files with their paths below ``folder`` as a ZIP; the same files give the same bytes."""
    return packed({path.relative_to(folder).as_posix(): path.read_bytes() for path in files})


def packed(files: Mapping[str, bytes]) -> bytes:
    """Path → content as a ZIP; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, EARLIEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return buffer.getvalue()
