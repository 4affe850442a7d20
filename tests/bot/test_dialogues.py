"""The main specification: what people write, and what must come back."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.answer import Answer, to_json

FOLDER = Path(__file__).parent.parent / "dialogues"
DIALOGUES = [
    pytest.param(dialogue, id=f"{path.stem}: {dialogue['ask']}")
    for path in sorted(FOLDER.glob("*.yaml"))
    for dialogue in yaml.safe_load(path.read_text("utf-8"))
]


@pytest.mark.parametrize("dialogue", DIALOGUES)
def test_a_dialogue(ask: Callable[..., Answer], dialogue: dict[str, Any]) -> None:
    answer = ask(dialogue["ask"], dialogue.get("choice"))
    said = to_json(answer).decode()
    assert answer.kind == dialogue["kind"]
    assert list(answer.subjects) == dialogue.get("subjects", list(answer.subjects))
    assert answer.tone == dialogue.get("tone", answer.tone)
    assert answer.title == dialogue.get("title", answer.title)
    assert answer.language == dialogue.get("language", answer.language)
    present = {section.id for section in answer.sections}
    assert set(dialogue.get("sections", ())) <= present
    for words in dialogue.get("says", ()):
        assert words.lower() in said.lower(), f"{words!r} is not in the answer"
    for words in dialogue.get("never", ()):
        assert words.lower() not in said.lower(), f"{words!r} is in the answer"
