"""The compiled form of a Knowledge, kept in a folder, so that YAML is parsed once; knows files, not what is in them."""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from knowledge.schema import Knowledge

CODE = Path(__file__).parent


def compiled_at(cache: Path, root: Path, overlays: Sequence[Path], language: str) -> Path:
    """Where the knowledge of a tree and its overlays is kept; each language has a file of its own."""
    return cache / f"knowledge-{language}-{_digest(str(root), *map(str, overlays))}.msgpack"


def version_of(root: Path, overlays: Sequence[Path], language: str) -> str:
    """
    Changes when a file that is read for *language*, or the code that reads it, does.

    Of other languages that is only what tells how questions are asked in them.
    """
    read = ("*.yaml", "providers/*.yaml", "*/words.yaml", "*/topics.yaml", f"{language}/**/*.yaml")
    paths = [path for tree in (root, *overlays) for pattern in read for path in sorted(tree.glob(pattern))]
    paths += sorted(CODE.glob("*.py"))
    stats = ((path, path.stat()) for path in paths)
    return _digest(language, *(f"{path} {stat.st_mtime_ns} {stat.st_size}" for path, stat in stats))


def from_cache(path: Path, version: str) -> Knowledge | None:
    """What is kept there, if it is of that version."""
    try:
        knowledge = msgspec.msgpack.decode(path.read_bytes(), type=Knowledge)
    except (OSError, msgspec.DecodeError, msgspec.ValidationError):
        return None
    return knowledge if knowledge.version == version else None


def to_cache(path: Path, knowledge: Knowledge) -> None:
    """Write the compiled form whole or not at all; a folder that cannot be written costs only time."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.msgpack.encode(knowledge))
        Path(name).replace(path)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
