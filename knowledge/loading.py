"""
YAML files, translations and overlays to one immutable Knowledge, and faults with file, line and field.

Knows files and the schema; what entries mean to one another is checking's.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from knowledge import schema
from knowledge.basics import Entry
from knowledge.caching import compiled_at, from_cache, to_cache, version_of
from knowledge.errors import Fault, KnowledgeInvalid
from knowledge.lines import Lines, unsound
from knowledge.reading import Framing, LogFormat
from knowledge.schema import Knowledge, Provider, Signals
from knowledge.translating import gaps, merge, misplaced, translation_of

ROOT = Path(__file__).parent
BASE_LANGUAGE = "en"

KINDS: Mapping[str, type[Entry]] = {
    "reply_codes": schema.ReplyCodeEntry,
    "enhanced_codes": schema.EnhancedCodeEntry,
    "classes": schema.CodeClass,
    "stages": schema.SessionStage,
    "reasons": schema.Reason,
    "topics": schema.Topic,
    "blocklists": schema.Blocklist,
    "words": schema.Word,
    "retry_times": schema.RetryTime,
    "log_formats": LogFormat,
    "framings": Framing,
    "notes": schema.Note,
    "findings": schema.Finding,
    "verifiers": schema.Verifier,
    "providers": schema.Provider,
}
MAX_FILE_BYTES = 4 * 1024 * 1024


class Reading(msgspec.Struct, frozen=True):
    """
    What was read from YAML: the knowledge, every fault, and where each entry stands.

    *places* leads from ``kind/id`` (``patterns/google/no-such-user``) to file and line.
    *untranslated* lists, for another language than the base's, what of the tree itself falls back: ``kind/id``, field.
    """

    knowledge: Knowledge
    faults: tuple[Fault, ...]
    places: dict[str, tuple[str, int]]
    untranslated: tuple[tuple[str, str], ...] = ()


def load(
    overlays: Sequence[Path] = (), *, language: str = BASE_LANGUAGE, root: Path = ROOT, cache: Path | None = None
) -> Knowledge:
    """
    Load the knowledge in one language.

    Args:
        overlays: folders of the same tree, merged over it in order.
        language: a BCP 47 tag that names a folder of the tree; ``en`` is the tree itself.
        root: the tree.
        cache: a folder for the compiled form; None compiles anew each time.

    Raises:
        KnowledgeInvalid: with every fault that was found.
    """
    compiled = None if cache is None else compiled_at(cache, root, overlays, language)
    if compiled is not None and (known := from_cache(compiled, version_of(root, overlays, language))) is not None:
        return known
    reading = read(overlays, language=language, root=root)
    if reading.faults:
        raise KnowledgeInvalid(reading.faults)
    if compiled is not None:
        to_cache(compiled, reading.knowledge)
    return reading.knowledge


def read(overlays: Sequence[Path] = (), *, language: str = BASE_LANGUAGE, root: Path = ROOT) -> Reading:
    """Read the tree anew from its YAML; arguments as for `load`. Faults are returned, never raised."""
    reader = _Reader(root)
    reader.add_tree(root)
    for overlay in overlays:
        reader.add_tree(overlay)
    signals = (_signals(BASE_LANGUAGE, reader.entries), *_other_signals(root, overlays))
    untranslated: tuple[tuple[str, str], ...] = ()
    if language != BASE_LANGUAGE:
        untranslated = reader.translate([tree / language for tree in (root, *overlays)])
    knowledge = Knowledge(
        language=language, version=version_of(root, overlays, language), signals=signals, **reader.entries
    )
    return Reading(knowledge, tuple(reader.faults), reader.places, untranslated)


def languages(root: Path = ROOT, overlays: Sequence[Path] = ()) -> tuple[str, ...]:
    """The languages of a tree and of what is laid over it, the base language first: the folders with words."""
    found = {path.parent.name for tree in (root, *overlays) for path in tree.glob("*/words.yaml")}
    return (BASE_LANGUAGE, *sorted(found - {"providers"}))


class _Reader:
    """Gathers entries, faults and places over the files of one reading."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.entries: dict[str, Any] = {kind: {} for kind in KINDS}
        self.faults: list[Fault] = []
        self.places: dict[str, tuple[str, int]] = {}
        self.shipped: dict[str, dict[str, Any]] = {}
        self.laid: list[tuple[str, Any]] = []

    def add_tree(self, tree: Path) -> None:
        if not tree.is_dir():
            self.faults.append(Fault(str(tree), 1, "", "no such folder"))
            return
        for kind, path in _files(tree):
            known = self.entries[kind]
            for data, line, lines in self._items(path):
                identity = data.get("id") if isinstance(data, dict) else None
                partial = tree != self.root and identity in known
                entry = self._convert(data, translation_of(KINDS[kind]) if partial else KINDS[kind], path, lines)
                if entry is None:
                    continue
                place = self.places.get(f"{kind}/{identity}")
                if partial:
                    self.laid.append((kind, entry))
                    entry = merge(known[identity], entry)
                elif place is not None:
                    self.faults.append(
                        Fault(self._name(path), line, "id", f"{identity} stands at {place[0]}:{place[1]}")
                    )
                    continue
                known[identity] = entry
                self._place(kind, entry, path, lines)
        if tree == self.root:
            self.shipped = {kind: dict(entries) for kind, entries in self.entries.items()}
        self._tell_misnamed(tree)

    def _tell_misnamed(self, tree: Path) -> None:
        for name in sorted(path.name for path in tree.glob("*.yaml") if _kind(path) not in KINDS):
            expected = ", ".join(f"{kind.replace('_', '-')}.yaml" for kind in KINDS if kind != "providers")
            self.faults.append(
                Fault(self._name(tree / name), 1, "", f"no such file is read here: {expected}, providers/")
            )

    def translate(self, trees: Sequence[Path]) -> tuple[tuple[str, str], ...]:
        """
        Say the entries in another language: the first of *trees* translates what is shipped, the others the overlays.

        What an overlay says otherwise wins over the translation of what it replaced.

        Returns:
            What of the shipped entries falls back.
        """
        shipped = list(self._words(trees[0], self.shipped))
        overlaid = [laid for tree in trees[1:] for laid in self._words(tree, self.entries)]
        given: dict[tuple[str, str], list[Any]] = {}
        for kind, words in (*shipped, *overlaid):
            given.setdefault((kind, words.id), []).append(words)
        for kind, words in shipped:
            self.entries[kind][words.id] = merge(self.shipped[kind][words.id], words)
        for kind, words in (*self.laid, *overlaid):
            self.entries[kind][words.id] = merge(self.entries[kind][words.id], words)
        return tuple(
            (f"{kind}/{identity}", gap)
            for kind, entries in self.shipped.items() for identity, entry in entries.items()
            for gap in _missing(entry, given.get((kind, identity), []))
        )  # fmt: skip

    def _words(self, tree: Path, entries: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, Any]]:
        """The translations in *tree*, each with its kind; one that does not fit its entry in *entries* is a fault."""
        self._tell_misnamed(tree)
        for kind, path in _files(tree):
            for data, line, lines in self._items(path):
                words = self._convert(data, translation_of(KINDS[kind]), path, lines)
                if words is None:
                    continue
                if words.id not in entries[kind]:
                    self.faults.append(Fault(self._name(path), line, "id", f"{words.id} translates no entry"))
                elif self._is_sound(entries[kind][words.id], words, path, line):
                    yield kind, words

    def _is_sound(self, entry: Any, words: Any, path: Path, line: int) -> bool:
        """Whether a translation fits its entry; what does not is told, and the entry stays as it is."""
        before = len(self.faults)
        for field, wrong in (*gaps(entry, words), *misplaced(entry, words)):
            if wrong != "missing":
                self.faults.append(Fault(self._name(path), line, f"{words.id}.{field}", wrong))
        return len(self.faults) == before

    def _items(self, path: Path) -> Iterator[tuple[Any, int, Lines]]:
        """The entries of a file, each with its line and the lines of its fields."""
        import yaml

        if path.stat().st_size > MAX_FILE_BYTES:
            self.faults.append(Fault(self._name(path), 1, "", f"over {MAX_FILE_BYTES} bytes"))
            return
        try:
            loader = yaml.CSafeLoader(path.read_text("utf-8"))
            try:
                node = loader.get_single_node()
                self.faults += [Fault(self._name(path), at, "", wrong) for at, wrong in unsound(node)]
                data = loader.construct_document(node) if node is not None else []
            finally:
                loader.dispose()
        except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
            mark = getattr(error, "problem_mark", None)
            text = getattr(error, "problem", None) or str(error).splitlines()[0]
            self.faults.append(
                Fault(self._name(path), mark.line + 1 if mark else 1, "", f"not readable as YAML: {text}")
            )
            return
        if path.parent.name == "providers":
            yield data, 1, Lines(node)
        elif node is None:
            self.faults.append(Fault(self._name(path), 1, "", "no entries; `[]` says so on purpose"))
        elif isinstance(data, list):
            for item, item_node in zip(data, node.value if node else (), strict=True):
                yield item, item_node.start_mark.line + 1, Lines(item_node)
        else:
            self.faults.append(Fault(self._name(path), 1, "", "expected a list of entries, each with an id"))

    def _convert(self, data: Any, kind: type[msgspec.Struct], path: Path, lines: Lines) -> Any:
        try:
            return msgspec.convert(data, kind)
        except msgspec.ValidationError as error:
            text, _, where = str(error).partition(" - at `$")
            field = where.removesuffix("`").lstrip(".")
            identity = data.get("id", "") if isinstance(data, dict) else ""
            self.faults.append(
                Fault(
                    self._name(path), lines.of(field), ".".join(part for part in (str(identity), field) if part), text
                )
            )
            return None

    def _place(self, kind: str, entry: Any, path: Path, lines: Lines) -> None:
        self.places[f"{kind}/{entry.id}"] = (self._name(path), lines.of(""))
        if isinstance(entry, Provider):
            for number, pattern in enumerate(entry.patterns):
                key, line = f"patterns/{pattern.id}", lines.of(f"patterns[{number}]")
                if key in self.places and self.places[key][0] != self._name(path):
                    first = self.places[key]
                    self.faults.append(
                        Fault(self._name(path), line, "id", f"{pattern.id} stands at {first[0]}:{first[1]}")
                    )
                self.places[key] = (self._name(path), line)

    def _name(self, path: Path) -> str:
        return str(path.relative_to(self.root.parent)) if path.is_relative_to(self.root.parent) else str(path)


def _missing(entry: Any, layers: Sequence[Any]) -> list[str]:
    """The texts of an entry that none of its translations gives."""
    lacking = [{gap for gap, wrong in gaps(entry, words) if wrong == "missing"} for words in layers]
    return [gap for gap, wrong in gaps(entry, None) if wrong == "missing" and all(gap in layer for layer in lacking)]


def _files(tree: Path) -> Iterator[tuple[str, Path]]:
    for kind in KINDS:
        path = tree / f"{kind.replace('_', '-')}.yaml"
        if path.is_file():
            yield kind, path
    for path in sorted((tree / "providers").glob("*.yaml")):
        yield "providers", path


def _kind(path: Path) -> str:
    return path.stem.replace("-", "_")


def _signals(language: str, entries: Mapping[str, Mapping[str, Any]]) -> Signals:
    words = entries["words"].values()
    return Signals(
        language,
        {word.id: word.phrases for word in words if word.phrases},
        {
            topic.id: tuple(name for name in (topic.name, *topic.aliases) if name)
            for topic in entries["topics"].values()
            if topic.name or topic.aliases
        },
    )


def _other_signals(root: Path, overlays: Sequence[Path]) -> Iterator[Signals]:
    for language in languages(root, overlays)[1:]:
        reader = _Reader(root)
        entries: dict[str, dict[str, Any]] = {"words": {}, "topics": {}}
        for tree in (root / language, *(overlay / language for overlay in overlays)):
            for kind, path in _files(tree):
                if kind in entries:
                    for data, _, lines in reader._items(path):
                        words = reader._convert(data, translation_of(KINDS[kind]), path, lines)
                        if words is not None:
                            entries[kind][words.id] = words
        yield _signals(language, entries)
