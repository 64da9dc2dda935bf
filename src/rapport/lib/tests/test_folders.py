"""Where the data lies, without settings."""

from pathlib import Path

from rapport.lib.folders import data_folder


def test_the_data_folder_is_told_by_the_environment_or_by_a_file(monkeypatch, tmp_path):
    monkeypatch.delenv("RAPPORT_DATA_DIR", raising=False)
    monkeypatch.delenv("RAPPORT_DATA_DIR_FILE", raising=False)
    assert data_folder() == Path("~/.local/share/rapport").expanduser()
    monkeypatch.setenv("RAPPORT_DATA_DIR", str(tmp_path / "one"))
    assert data_folder() == tmp_path / "one"
    (tmp_path / "name").write_text(f"{tmp_path / 'two'}\n")
    monkeypatch.setenv("RAPPORT_DATA_DIR_FILE", str(tmp_path / "name"))
    assert data_folder() == tmp_path / "two"
