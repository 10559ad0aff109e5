"""Encryption with a passphrase in the age format (age-encryption.org/v1), and the only way to disk.

Any age tool opens the files. What is written is always the encrypted content, beside its place
first and then moved into it, readable by this user alone; the clear text stays in memory.
"""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path

from planner.errors import Issue, ScenarioError
from planner.manifest.nouns import Manifest, dumps, loads

MAX_BYTES = 16_000_000
LEAST_CHARACTERS = 12
"""Of a passphrase for a new file."""
_MAGIC = b"age-encryption.org/v1\n"
_ARMOUR = b"-----BEGIN AGE ENCRYPTED FILE-----"
_STANZA = re.compile(rb"-> scrypt [A-Za-z0-9+/]{22} ([0-9]{1,3})\n")
_MOST_WORK = 22  # as the age tool: more would take gigabytes to open
_LEAST_WORK = 15  # pyrage measures what takes a second; a busy machine measures too little
_TRIES = 3


def seal(content: bytes, passphrase: str) -> bytes:
    """Encrypted content. Takes about a second of work and 100 MB on purpose."""
    import pyrage

    sealed = b""
    for _ in range(_TRIES):
        sealed = pyrage.passphrase.encrypt(content, passphrase)
        if _work(sealed) >= _LEAST_WORK:
            break
    return sealed


def unseal(sealed: bytes, passphrase: str, file: str) -> bytes:
    """The clear content.

    Raises ScenarioError for a wrong passphrase, and for a file that is damaged, cut short, too
    large, or no such file at all.
    """
    import pyrage

    armoured = sealed.startswith(_ARMOUR)
    if len(sealed) > MAX_BYTES:
        raise _refusal(file, f"{len(sealed):,} bytes are too many for a manifest", "another file?")
    if not armoured and not sealed.startswith(_MAGIC):
        problem = "is empty" if not sealed else "is no file that age encrypted, or its head is lost"
        raise _refusal(file, problem, "name what `planner manifest import` wrote, or a copy of it")
    if not armoured:
        _check_head(sealed, file)
    try:
        return bytes(pyrage.passphrase.decrypt(sealed, passphrase))
    except pyrage.DecryptError as error:
        told = str(error)
    if told == "Decryption failed":
        problem, remedy = "does not open with this passphrase", "try again, or ask who sealed it"
    else:
        problem = "is damaged or cut short: nothing of it can be trusted"
        remedy = "take another copy; a copy over a bad line may have lost its end"
    raise _refusal(file, problem, remedy)


def _check_head(sealed: bytes, file: str) -> None:
    head = sealed[len(_MAGIC) :][:64]
    found = _STANZA.match(head)
    if found is None and head.startswith(b"-> ") and not head.startswith(b"-> scrypt"):
        problem = "is encrypted to somebody's key, not with a passphrase"
        raise _refusal(file, problem, "open it with age and that key")
    if found is None:
        problem = "is damaged or cut short: nothing of it can be trusted"
        raise _refusal(file, problem, "take another copy")
    if int(found[1]) > _MOST_WORK:
        problem = "asks for more memory than any manifest needs"
        raise _refusal(file, problem, "do not open it: it was made to harm, or is damaged")


def _work(sealed: bytes) -> int:
    found = _STANZA.match(sealed[len(_MAGIC) :][:64])
    return int(found[1]) if found else 0


def load(path: Path, passphrase: str) -> Manifest:
    """The manifest of a file. Raises ScenarioError where it does not open, OSError without one."""
    with path.open("rb") as handle:
        sealed = handle.read(MAX_BYTES + 1)
    return loads(unseal(sealed, passphrase, path.name), path.name)


def save(manifest: Manifest, path: Path, passphrase: str) -> None:
    """Write the encrypted manifest; what stood there is whole until the new one is."""
    sealed = seal(dumps(manifest), passphrase)
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".age", dir=path.parent)
    try:
        with open(handle, "wb") as out:
            out.write(sealed)
            out.flush()
            os.fsync(out.fileno())
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def _refusal(file: str, problem: str, remedy: str) -> ScenarioError:
    return ScenarioError([Issue(file, 0, "", problem, remedy)])
