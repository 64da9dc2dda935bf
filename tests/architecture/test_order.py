"""Model relations and template includes obey the same order as imports; the levels are those of pyproject.toml."""

import re
import tomllib
from pathlib import Path

from django.apps import apps

ROOT = Path(__file__).parents[2]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
LAYERS = next(contract["layers"] for contract in CONTRACTS if contract["id"] == "apps")
LEVEL = {name.strip(" ()"): level for level, row in enumerate(LAYERS) for name in row.split("|")}
INCLUDE = re.compile(r"{%\s*(?:include|extends)\s+[\"']([a-z_]+)/")


def breaks_order(user: str, used: str) -> bool:
    return user != used and {user, used} <= LEVEL.keys() and LEVEL[user] >= LEVEL[used]


def test_levels_are_read_from_the_contract():
    assert LEVEL["workspace"] == LEVEL["careers"] < LEVEL["search"] < LEVEL["lib"]
    assert breaks_order("mail", "candidates")
    assert breaks_order("candidates", "jobs")
    assert not breaks_order("applications", "candidates")


def test_relations_point_downwards():
    assert [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.is_relation
        and field.concrete
        and field.related_model
        and breaks_order(model._meta.app_label, field.related_model._meta.app_label)
    ] == []


def test_templates_include_downwards():
    assert [
        f"{path} includes {used}/"
        for path in (ROOT / "src" / "rapport").glob("*/templates/**/*.html")
        for used in INCLUDE.findall(path.read_text())
        if breaks_order(path.relative_to(ROOT / "src" / "rapport").parts[0], used)
    ] == []
