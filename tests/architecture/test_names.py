"""Names agree with docs/glossary.md, queued work exists, and the repository speaks of the product alone."""

import re
import subprocess
from pathlib import Path

import pytest
from django.apps import apps
from procrastinate.contrib.django import app as queue

from rapport.accounts.capabilities import all_capabilities
from rapport.activity.registry import wanted_verbs
from rapport.activity.verbs import all_verbs

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "rapport"
GLOSSARY = ROOT / "docs" / "glossary.md"
ROW = re.compile(r"^\| ([^|]+) \| `(\w+)\.(\w+)` \|", re.MULTILINE)
ENQUEUE = re.compile(r'enqueue\(\s*"([\w.]+)"')
FORBIDDEN_NAMES = {"utils", "helpers", "manager", "managers", "common", "misc"}


def our_models() -> dict[str, str]:
    return {
        f"{model._meta.app_label}.{model.__name__}": model.__name__
        for model in apps.get_models()
        if model.__module__.startswith("rapport.")
    }


def test_glossary_names_every_model_and_no_other():
    listed = {f"{label}.{name}" for _, label, name in ROW.findall(GLOSSARY.read_text())}
    assert listed == set(our_models())


def test_enqueued_names_are_declared_tasks():
    named = {
        name for path in SOURCE.rglob("*.py") if "tests" not in path.parts for name in ENQUEUE.findall(path.read_text())
    }
    assert named
    assert named - set(queue.tasks) == set()


def test_reactions_ask_for_declared_verbs_only():
    assert wanted_verbs() - {verb.name for verb in all_verbs()} == set()


def test_capabilities_are_named_after_their_app():
    labels = {config.label for config in apps.get_app_configs()}
    assert [c.name for c in all_capabilities() if c.name.split(".")[0] not in labels] == []


def test_no_module_is_a_drawer_for_anything():
    assert [str(path) for path in SOURCE.rglob("*.py") if path.stem in FORBIDDEN_NAMES] == []


def test_operations_queries_and_models_know_no_http():
    inner = [path for name in ("operations", "queries", "models") for path in SOURCE.rglob(f"{name}.py")]
    assert len(inner) > 10
    assert [str(path) for path in inner if re.search(r"(from|import) (django\.http|ninja)", path.read_text())] == []


def test_settings_are_all_documented():
    read = re.compile(r'environment\.(?:text|flag|number|words|folder|choice|zone|address)\(\s*"([A-Z_]+)"')
    used = {f"RAPPORT_{name}" for path in SOURCE.rglob("*.py") for name in read.findall(path.read_text())}
    listed = set(re.findall(r"^\| `(RAPPORT_[A-Z_]+)`", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE))
    assert used == listed


def test_commands_are_all_documented():
    commands = {path.stem for path in SOURCE.glob("*/management/commands/*.py") if path.stem != "__init__"}
    commands |= {"up", "serve", "worker", "migrate"}
    listed = set(re.findall(r"^## `rapport (\w+)", (ROOT / "docs" / "commands.md").read_text(), re.MULTILINE))
    assert commands - listed == set()


def test_lock_files_name_no_address():
    texts = {path.name: path.read_text() for path in (ROOT / "requirements").glob("*.txt")}
    assert set(texts) == {"base.txt", "dev.txt", "tools.txt"}
    assert [name for name, text in texts.items() if "://" in text] == []


@pytest.mark.parametrize("word", ["/work/", "/root/"])
def test_no_path_of_a_machine_is_in_the_repository(word: str):
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    found = subprocess.run(["git", "grep", "-lF", word], cwd=ROOT, capture_output=True, text=True, check=False)
    assert [line for line in found.stdout.splitlines() if line != "tests/architecture/test_names.py"] == []
