"""What must hold for every template of the product: it parses, its icons exist, nothing inline, a note at its head."""

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

from rapport.lib import icons

SOURCE = Path(__file__).parents[2]
TEMPLATES = sorted(path for path in SOURCE.glob("*/templates/**/*.html"))
COMPONENTS = sorted(SOURCE.glob("lib/templates/components/*.html"))
INLINE = re.compile(
    r"\sstyle=|\son[a-z]+=\"|<style|<script(?![^>]*(src=|application/json))|javascript:|hx-on|hx-vals=.js:", re.I
)


def names(paths):
    return [str(path.relative_to(SOURCE)) for path in paths]


@pytest.mark.parametrize("path", TEMPLATES, ids=names(TEMPLATES))
def test_template_keeps_the_house_rules(path):
    source = path.read_text()
    get_template(str(path).split("/templates/")[1])
    assert not INLINE.search(source), "the content security policy forbids inline styles and scripts"
    for name in re.findall(r"{% icon \"([^\"]+)\"", source):
        icons.shapes(name)


@pytest.mark.parametrize("path", COMPONENTS, ids=names(COMPONENTS))
def test_component_begins_with_what_it_is_for(path):
    assert re.match(r"\{#|\{% comment %\}", path.read_text())


def test_every_component_is_shown_on_the_styleguide():
    shown = {path.stem for path in COMPONENTS if path.stem in _named_from_the_styleguide()}
    assert {path.stem for path in COMPONENTS} - shown == set()


def _named_from_the_styleguide() -> set[str]:
    """Components that the styleguide includes, and what these and the layouts include in turn."""
    named: set[str] = set()
    waiting = [
        *SOURCE.glob("workspace/templates/workspace/*styleguide*.html"),
        *SOURCE.glob("lib/templates/layouts/*.html"),
    ]
    while waiting:
        source = waiting.pop().read_text()
        for name in re.findall(r"components/(\w+)\.html|{% component \"(\w+)\"", source):
            stem = name[0] or name[1]
            if stem not in named:
                named.add(stem)
                waiting.append(SOURCE / f"lib/templates/components/{stem}.html")
    return named
