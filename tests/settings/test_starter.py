from __future__ import annotations

import pytest

from monitor.errors import ConfigError
from monitor.settings.starter import starter_files, write_starter

NAMES = ["digests.toml", "monitor.toml", "rules.toml", "sources.toml"]


def test_the_starter_is_written_into_a_new_folder(tmp_path):
    folder = tmp_path / "deep" / "config"
    written = write_starter(folder)
    assert [file.name for file in written if file.parent == folder] == NAMES
    assert {file.name: file.read_bytes() for file in folder.rglob("*") if file.is_file()} == {
        file.name: file.read_bytes() for file in starter_files()
    }


def test_the_lists_stand_in_a_folder_of_their_own_with_the_licence_of_their_names(tmp_path):
    names = [file.name for file in write_starter(tmp_path) if file.parent == tmp_path / "lists"]
    assert {"LICENSE-rigour", "karabakh.txt", "pakistan.txt"} <= set(names)
    assert names == sorted(names)
    assert sorted(path.name for path in (tmp_path / "lists").iterdir()) == names


def test_an_empty_folder_and_one_with_other_files_will_do(tmp_path):
    (tmp_path / "mail-password").write_text("x")
    assert set(NAMES) <= {file.name for file in write_starter(tmp_path)}


def test_a_list_of_ones_own_is_not_overwritten(tmp_path):
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "karabakh.txt").write_text("mine")
    with pytest.raises(ConfigError, match="nothing was written"):
        write_starter(tmp_path)
    assert [file.name for file in tmp_path.rglob("*") if file.is_file()] == ["karabakh.txt"]


def test_nothing_is_overwritten_and_nothing_is_written_beside_it(tmp_path):
    (tmp_path / "rules.toml").write_text("mine")
    with pytest.raises(ConfigError) as refused:
        write_starter(tmp_path)
    (problem,) = refused.value.problems
    assert problem.file == str(tmp_path / "rules.toml")
    assert "nothing was written" in problem.message
    assert [file.name for file in tmp_path.iterdir()] == ["rules.toml"]
    assert (tmp_path / "rules.toml").read_text() == "mine"


def test_what_was_begun_is_taken_back_where_it_cannot_be_finished(tmp_path):
    (tmp_path / "rules.toml").symlink_to(tmp_path / "nowhere")
    with pytest.raises(ConfigError, match="nothing was"):
        write_starter(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["rules.toml"]


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be written"):
        write_starter(tmp_path / "file" / "config")


def test_an_installed_package_goes_before_the_checkout(tmp_path):
    for home in ("starter", "config"):
        (tmp_path / home).mkdir()
        (tmp_path / home / "sources.toml").write_text(home)
    (found,) = starter_files((tmp_path / "none", tmp_path / "starter", tmp_path / "config"))
    assert found.read_text() == "starter"


def test_an_installation_without_the_starter_says_so(tmp_path):
    with pytest.raises(ConfigError, match="install the package again"):
        starter_files((tmp_path / "starter", tmp_path / "config"))
