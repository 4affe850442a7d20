"""What YAML does not keep: the line of each field; and what it accepts in silence and we don't."""

import re
from collections.abc import Iterator
from typing import Any


class Lines:
    """The lines of an entry's fields, found in its YAML node."""

    def __init__(self, node: Any) -> None:
        self.node = node

    def of(self, field: str) -> int:
        """The line (from 1) of a path such as ``patterns[3].reason``, or of the nearest thing above it."""
        node = self.node
        line = node.start_mark.line + 1 if node is not None else 1
        for name, index in re.findall(r"([^.\[\]]+)|\[(\d+)\]", field):
            value = getattr(node, "value", None)
            if not isinstance(value, list):
                break
            if index:
                if int(index) >= len(value) or isinstance(value[int(index)], tuple):
                    break
                node = value[int(index)]
            else:
                found = [item for key, item in (pair for pair in value if isinstance(pair, tuple)) if key.value == name]
                if not found:
                    break
                node = found[0]
            line = node.start_mark.line + 1
        return line


def unsound(node: Any) -> Iterator[tuple[int, str]]:
    """What YAML accepts in silence and we don't: a key twice, and aliases (a small file can grow without end)."""
    seen: set[int] = set()
    todo = [node] if node is not None else []
    while todo:
        current = todo.pop()
        if id(current) in seen and not isinstance(current.value, str):
            yield current.start_mark.line + 1, "anchors and aliases are not read: write it out"
            raise ValueError("anchors and aliases are not read")
        seen.add(id(current))
        if current.id == "mapping":
            keys = [key.value for key, _ in current.value if isinstance(key.value, str)]
            for key, item in current.value:
                if keys.count(key.value) > 1:
                    yield key.start_mark.line + 1, f"the key {key.value} stands here more than once"
                todo.append(item)
        elif current.id == "sequence":
            todo.extend(current.value)
