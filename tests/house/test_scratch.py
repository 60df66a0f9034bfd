"""The tests' servers lie in memory where there is room, and in one place for all who run at once."""

from __future__ import annotations

from pathlib import Path

from checks import scratch


def test_there_is_one_folder_in_memory_for_all_who_ask(tmp_path: Path) -> None:
    memory = tmp_path / "memory"
    memory.mkdir()
    found = {scratch.folder("server", cache=tmp_path / "cache", memory=memory, needed=1).resolve() for _ in range(3)}
    assert len(found) == 1
    assert found.pop().parent == memory
    assert len(list(memory.iterdir())) == 1


def test_after_a_restart_of_the_machine_it_is_made_anew(tmp_path: Path) -> None:
    memory, cache = tmp_path / "memory", tmp_path / "cache"
    memory.mkdir()
    scratch.folder("server", cache=cache, memory=memory, needed=1).resolve().rmdir()
    again = scratch.folder("server", cache=cache, memory=memory, needed=1)
    assert again.is_dir()
    assert again.resolve().parent == memory


def test_without_room_it_is_a_folder_of_the_cache(tmp_path: Path) -> None:
    full = scratch.folder("server", cache=tmp_path / "cache", memory=tmp_path, needed=2**63)
    none = scratch.folder("other", cache=tmp_path / "cache", memory=tmp_path / "missing", needed=1)
    assert full.is_dir()
    assert none.is_dir()
    assert not full.is_symlink()
    assert not none.is_symlink()
