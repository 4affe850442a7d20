"""
What a translation or an overlay may say of an entry that exists: its prose, by id.

The types of translations are derived from the entries' own, so there is one schema.
"""

import functools
import re
import types
import typing
from collections.abc import Iterator

import msgspec

from knowledge.basics import Entry

Item = typing.TypeVar("Item", bound=msgspec.Struct)
Nested = typing.Literal["name", "names", "prose", "proses", "phrases", "struct", "structs"]

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


def _is_marked(hint: object, mark: str) -> bool:
    metas = typing.get_args(hint)[1:] if typing.get_origin(hint) is typing.Annotated else ()
    return any(isinstance(meta, msgspec.Meta) and (meta.extra or {}).get(mark) for meta in metas)


def _without_none(hint: object) -> object:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        rest = [option for option in typing.get_args(hint) if option is not type(None)]
        return rest[0] if len(rest) == 1 else hint
    return hint


def _nature(hint: object) -> tuple[Nested, type[msgspec.Struct] | None] | None:
    hint = _without_none(hint)
    if _is_marked(hint, "free_length"):
        return "phrases", None
    if _is_marked(hint, "translated"):
        return ("name" if _is_marked(hint, "proper") else "prose"), None
    if typing.get_origin(hint) is typing.Annotated:
        hint = typing.get_args(hint)[0]
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct) and prose_fields(hint):
        return "struct", hint
    if typing.get_origin(hint) is tuple:
        item = typing.get_args(hint)[0]
        if _is_marked(item, "translated"):
            return ("names" if _is_marked(item, "proper") else "proses"), None
        if isinstance(item, type) and issubclass(item, Entry) and prose_fields(item):
            return "structs", item
    return None


@functools.cache
def prose_fields(kind: type[msgspec.Struct]) -> dict[str, tuple[Nested, type[msgspec.Struct] | None]]:
    """The fields of *kind* that hold prose, each with how it holds it."""
    hints = typing.get_type_hints(kind, include_extras=True)
    natures = {name: _nature(hints[name]) for name in kind.__struct_fields__ if name != "id"}
    return {name: nature for name, nature in natures.items() if nature is not None}


@functools.cache
def translation_of(kind: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """The type of a translation of *kind*: its id and its prose, all but the id optional, nothing else."""
    fields: list[tuple[str, object] | tuple[str, object, object]] = []
    if "id" in kind.__struct_fields__:
        fields.append(("id", str))
    if "complete" in kind.__struct_fields__:
        fields.append(("complete", bool, False))
    for name, (nature, inner) in prose_fields(kind).items():
        if nature in ("name", "prose"):
            fields.append((name, str | None, None))
        elif inner is None:
            fields.append((name, tuple[str, ...], ()))
        elif nature == "struct":
            fields.append((name, translation_of(inner) | None, None))
        else:
            fields.append((name, types.GenericAlias(tuple, (translation_of(inner), ...)), ()))
    return msgspec.defstruct(
        f"{kind.__name__}Words",
        fields,
        frozen=True,
        kw_only=True,
        forbid_unknown_fields=True,
    )


def merge(entry: Item, words: msgspec.Struct) -> Item:
    """*entry* with the prose that *words* gives; what it does not give stays."""
    changes: dict[str, object] = {}
    if getattr(words, "complete", False):
        changes["complete"] = True
    for name, (nature, _) in prose_fields(type(entry)).items():
        given, own = getattr(words, name), getattr(entry, name)
        if not given:
            continue
        if nature == "structs":
            by_id = {item.id: item for item in given}
            changes[name] = tuple(merge(item, by_id[item.id]) if item.id in by_id else item for item in own)
        elif nature == "struct":
            changes[name] = _merge_forms(own, given) if own is not None else None
        else:
            changes[name] = given
    return msgspec.structs.replace(entry, **changes)


def _merge_forms(own: Item, given: msgspec.Struct) -> Item:
    """Forms of a text that counts: who gives the form for all other numbers has given all that the language needs."""
    first, *rest = own.__struct_fields__
    alone = getattr(given, first) is not None
    return merge(msgspec.structs.replace(own, **dict.fromkeys(rest)) if alone else own, given)


def pairs(entry: msgspec.Struct, words: msgspec.Struct, path: str = "") -> Iterator[tuple[str, str, str]]:
    """The path of each text that *words* gives, the text it stands for, and the text given; phrases have no pairs."""
    for name, (nature, _) in prose_fields(type(entry)).items():
        own, given, here = getattr(entry, name), getattr(words, name), f"{path}{name}"
        if not own or not given:
            continue
        if nature == "structs":
            by_id = {item.id: item for item in given}
            for item in own:
                if item.id in by_id:
                    yield from pairs(item, by_id[item.id], f"{here}[{item.id}].")
        elif nature == "struct":
            forms = [form for form in own.__struct_fields__ if getattr(given, form)]
            yield from ((f"{here}.{form}", getattr(own, form) or own.other, getattr(given, form)) for form in forms)
        elif nature in ("names", "proses"):
            yield from ((f"{here}[{number}]", *both) for number, both in enumerate(zip(own, given, strict=False)))
        elif nature in ("name", "prose"):
            yield here, own, given


def placeholders(text: str) -> frozenset[str]:
    """The ``{fields}`` of a text that are filled when it is said."""
    return frozenset(_PLACEHOLDER.findall(text))


def misplaced(entry: msgspec.Struct, words: msgspec.Struct) -> Iterator[tuple[str, str]]:
    """The path of each text of *words* whose placeholders are not the original's, and what is wrong with them."""
    for path, own, given in pairs(entry, words):
        lost, new = placeholders(own) - placeholders(given), placeholders(given) - placeholders(own)
        if path.startswith("count.") and not new:
            continue  # a form for one number may say it in words
        if lost or new:
            yield (
                path,
                " and ".join(
                    f"{{{'}, {'.join(sorted(names))}}} {wrong}"
                    for names, wrong in ((lost, "is missing"), (new, "is not in the original"))
                    if names
                ),
            )


def gaps(entry: msgspec.Struct, words: msgspec.Struct | None, path: str = "") -> Iterator[tuple[str, str]]:
    """
    What *words* leaves untranslated of *entry*, or says without a counterpart.

    Yields:
        The path of a field and what is wrong there: ``missing``, ``orphan`` or ``N texts instead of M``.
    """
    for name, (nature, _) in prose_fields(type(entry)).items():
        own, given, here = getattr(entry, name), getattr(words, name, None), f"{path}{name}"
        if nature == "structs":
            by_id = {item.id: item for item in given or ()}
            for item in own:
                yield from gaps(item, by_id.pop(item.id, None), f"{here}[{item.id}].")
            yield from ((f"{here}[{orphan}]", "orphan") for orphan in by_id)
        elif nature in ("name", "names") and not given:
            continue  # names may stay as they are
        elif own and not given:
            yield here, "missing"
        elif given and not own:
            yield here, "orphan"
        elif nature in ("names", "proses") and len(own) != len(given or ()):
            yield here, f"{len(given or ())} texts instead of {len(own)}"


def count_texts(knowledge: msgspec.Struct) -> int:
    """How many texts a language has to give to be complete: one for each field that holds prose."""
    entries = (entry for kind in knowledge.__struct_fields__ for entry in _entries(getattr(knowledge, kind)))
    return sum(1 for entry in entries for _, wrong in gaps(entry, None) if wrong == "missing")


def _entries(value: object) -> Iterator[Entry]:
    if isinstance(value, dict):
        yield from (entry for entry in value.values() if isinstance(entry, Entry))
