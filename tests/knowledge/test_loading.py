"""Loading: every fault with file, line and field; overlays and translations by one mechanism; a cache that may fail."""

import shutil
from pathlib import Path

import pytest

from knowledge.checking import check
from knowledge.errors import KnowledgeInvalid
from knowledge.loading import ROOT, languages, load, read


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small tree of its own, with what the code itself needs."""
    root = tmp_path / "knowledge"
    (root / "providers").mkdir(parents=True)
    shutil.copy(ROOT / "words.yaml", root)
    (root / "classes.yaml").write_text(
        "- id: 5xx\n  name: Permanent failure\n  summary: It failed.\n  meaning: It will fail again.\n"
        "  acts: sender\n  retry: never\n  sources: [RFC 5321 §4.2.1]\n"
    )
    return root


def faults(root: Path, name: str, text: str) -> list[str]:
    (root / name).write_text(text, "utf-8")
    reading = read(root=root)
    return [str(fault) for fault in (*reading.faults, *check(reading))]


def test_a_sound_tree_has_no_faults(tree: Path) -> None:
    reading = read(root=tree)
    assert (reading.faults, check(reading)) == ((), ())


def test_an_unknown_field_is_named_with_its_file_and_line(tree: Path) -> None:
    found = faults(tree, "classes.yaml", "- id: 4xx\n  name: X\n  colour: red\n")
    assert any("knowledge/classes.yaml:1" in fault and "colour" in fault for fault in found)


def test_a_wrong_type_is_found_at_its_own_line(tree: Path) -> None:
    found = faults(
        tree,
        "classes.yaml",
        "- id: 4xx\n  name: X\n  summary: Y\n  meaning: Z\n  acts: sender\n  retry: sometimes\n  sources: [RFC 5321]\n",
    )
    assert any("knowledge/classes.yaml:6: 4xx.retry" in fault and "sometimes" in fault for fault in found)


def test_an_unquoted_code_is_no_text(tree: Path) -> None:
    found = faults(tree, "classes.yaml", "- id: 5.10\n  name: X\n")
    assert any("Expected `str`, got `float`" in fault for fault in found)


def test_a_repeated_id_is_found(tree: Path) -> None:
    twice = (tree / "classes.yaml").read_text() * 2
    assert any("5xx stands at" in fault for fault in faults(tree, "classes.yaml", twice))


def test_a_key_twice_in_one_entry_is_found(tree: Path) -> None:
    text = (tree / "classes.yaml").read_text().replace("  acts: sender\n", "  acts: sender\n  acts: nobody\n")
    assert any("the key acts stands here more than once" in fault for fault in faults(tree, "classes.yaml", text))


def test_all_faults_are_shown_not_the_first(tree: Path) -> None:
    found = faults(tree, "classes.yaml", "- id: 4xx\n- id: 5xx\n- name: Z\n")
    assert len(found) == 3


@pytest.mark.parametrize(
    "text", ["- id: [", "\tid: x", "just words", "id: mapping", "- !!python/object:os.system {}", "\x00", "- &a [*a]"]
)
def test_what_is_no_list_of_entries_is_a_fault_and_never_an_exception(tree: Path, text: str) -> None:
    assert any("classes.yaml" in fault for fault in faults(tree, "classes.yaml", text))


def test_a_yaml_bomb_is_refused(tree: Path) -> None:
    bomb = "- &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"- &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(8)
    )
    assert any("aliases are not read" in fault for fault in faults(tree, "classes.yaml", bomb))


def test_a_misnamed_file_is_not_passed_over_in_silence(tree: Path) -> None:
    assert any("reply_code.yaml" in fault for fault in faults(tree, "reply_code.yaml", "[]"))


@pytest.mark.parametrize("text", ["", "# nothing but a remark\n"])
def test_an_emptied_file_is_told_and_not_taken_for_knowledge(tree: Path, text: str) -> None:
    assert any("notes.yaml:1: no entries" in fault for fault in faults(tree, "notes.yaml", text))


def test_a_file_that_says_that_it_has_no_entries_is_no_fault(tree: Path) -> None:
    assert faults(tree, "notes.yaml", "[]") == []


def test_a_dangling_reference_is_found(tree: Path) -> None:
    found = faults(
        tree,
        "topics.yaml",
        "- id: t\n  name: T\n  aliases: [tee]\n"
        "  summary: S\n  body: [B]\n  related: [nowhere]\n  sources: [RFC 5321]\n",
    )
    assert any("topics.yaml:1: t.related: nowhere is not known" in fault for fault in found)


def test_a_pattern_that_re2_refuses_is_a_fault_at_its_line(tree: Path) -> None:
    found = faults(
        tree,
        "providers/p.yaml",
        "id: p\nname: P\nkind: mta\npatterns:\n- id: p/x\n  match: 'a(?=b)'\n  reason: gone\n  evidence: observed\n"
        "  source: RFC 5321\n  samples: [abc]\n",
    )
    assert any("providers/p.yaml:5: p/x.match: RE2 refuses it" in fault for fault in found)
    assert any("gone is not known" in fault for fault in found)


def test_load_raises_every_fault_at_once(tree: Path) -> None:
    (tree / "classes.yaml").write_text("- id: 4xx\n- id: 5xx\n")
    with pytest.raises(KnowledgeInvalid) as caught:
        load(root=tree)
    assert len(caught.value.faults) == 2


def test_an_overlay_changes_a_text_and_adds_an_entry(tree: Path, tmp_path: Path) -> None:
    overlay = tmp_path / "ours"
    overlay.mkdir()
    (overlay / "classes.yaml").write_text("- id: 5xx\n  summary: Ours.\n")
    (overlay / "notes.yaml").write_text("- id: rb-12\n  about: ['550 5.7.1']\n  text: See RB-12.\n")
    known = load([overlay], root=tree)
    assert known.classes["5xx"].summary == "Ours."
    assert known.classes["5xx"].meaning == "It will fail again."
    assert known.notes["rb-12"].text == "See RB-12."


def test_what_a_team_says_otherwise_wins_over_the_translation_of_what_it_replaced(tree: Path, tmp_path: Path) -> None:
    (tree / "xx").mkdir()
    (tree / "xx" / "words.yaml").write_text("[]")
    (tree / "xx" / "classes.yaml").write_text("- id: 5xx\n  name: Endgültig\n  summary: Gescheitert.\n")
    ours = tmp_path / "ours"
    (ours / "xx").mkdir(parents=True)
    (ours / "classes.yaml").write_text("- id: 5xx\n  summary: Ours.\n")
    (ours / "notes.yaml").write_text("- id: rb-1\n  about: [5xx]\n  text: See RB-1.\n")
    reading = read([ours], language="xx", root=tree)
    assert reading.faults == ()
    assert reading.knowledge.classes["5xx"].name == "Endgültig"
    assert reading.knowledge.classes["5xx"].summary == "Ours."
    assert reading.knowledge.notes["rb-1"].text == "See RB-1."
    assert not [place for place, _ in reading.untranslated if place.startswith("notes/")]
    (ours / "xx" / "classes.yaml").write_text("- id: 5xx\n  summary: Unsere.\n")
    assert load([ours], language="xx", root=tree).classes["5xx"].summary == "Unsere."


def test_a_team_may_give_fewer_steps_than_the_translation_has(tmp_path: Path) -> None:
    (tmp_path / "reply-codes.yaml").write_text("- id: '550'\n  sender: [Our only step.]\n")
    assert load([tmp_path], language="fr").reply_codes["550"].sender == ("Our only step.",)


def test_an_overlay_cannot_change_facts(tree: Path, tmp_path: Path) -> None:
    overlay = tmp_path / "ours"
    overlay.mkdir()
    (overlay / "classes.yaml").write_text("- id: 5xx\n  retry: later\n")
    with pytest.raises(KnowledgeInvalid, match="retry"):
        load([overlay], root=tree)


def test_a_missing_overlay_is_a_fault(tree: Path, tmp_path: Path) -> None:
    with pytest.raises(KnowledgeInvalid, match="no such folder"):
        load([tmp_path / "nowhere"], root=tree)


def test_a_translation_falls_back_entry_by_entry(tree: Path) -> None:
    (tree / "xx").mkdir()
    (tree / "xx" / "words.yaml").write_text("- id: label.fix\n  text: Reparatur\n")
    (tree / "xx" / "classes.yaml").write_text("- id: 5xx\n  name: Endgültig\n")
    reading = read(language="xx", root=tree)
    assert reading.faults == ()
    assert reading.knowledge.words["label.fix"].text == "Reparatur"
    assert reading.knowledge.words["label.when"].text == "When you see it"
    assert (reading.knowledge.classes["5xx"].name, reading.knowledge.classes["5xx"].summary) == (
        "Endgültig",
        "It failed.",
    )
    assert ("classes/5xx", "summary") in reading.untranslated
    assert ("classes/5xx", "name") not in reading.untranslated
    assert languages(tree) == ("en", "xx")


def test_a_translation_of_nothing_is_an_orphan(tree: Path) -> None:
    (tree / "xx").mkdir()
    (tree / "xx" / "words.yaml").write_text("- id: label.nothing\n  text: X\n")
    assert any("translates no entry" in fault.text for fault in read(language="xx", root=tree).faults)


def test_a_translation_repeats_no_facts(tree: Path) -> None:
    (tree / "xx").mkdir()
    (tree / "xx" / "words.yaml").write_text("")
    (tree / "xx" / "classes.yaml").write_text("- id: 5xx\n  retry: later\n")
    assert any("retry" in fault.text for fault in read(language="xx", root=tree).faults)


def test_the_cache_gives_the_same_and_notices_a_change(tree: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    first = load(root=tree, cache=cache)
    assert load(root=tree, cache=cache) == first
    text = (tree / "classes.yaml").read_text().replace("It failed.", "It has failed.")
    (tree / "classes.yaml").write_text(text)
    assert load(root=tree, cache=cache).classes["5xx"].summary == "It has failed."


def test_a_broken_cache_is_made_anew(tree: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    known = load(root=tree, cache=cache)
    for path in cache.iterdir():
        path.write_bytes(b"\xff half written")
    assert load(root=tree, cache=cache) == known


def test_a_cache_that_cannot_be_written_costs_only_time(tree: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert load(root=tree, cache=tmp_path / "file" / "below") == load(root=tree)
