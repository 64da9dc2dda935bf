"""Every icon that is named somewhere exists in the icon package."""

import re
from pathlib import Path

from rapport.activity.verbs import all_verbs
from rapport.lib.icons import shapes

SOURCE = Path(__file__).parents[2] / "src" / "rapport"
IN_TEMPLATES = re.compile(r'{%-?\s*icon\s+"([a-z0-9-]+)"|\bicon="([a-z0-9-]+)"')
IN_ENTRIES = re.compile(r'Entry\(\s*"[^"]+",\s*"[^"]+",\s*"([a-z0-9-]+)"')


def test_named_icons_exist():
    named = {verb.icon for verb in all_verbs()}
    for path in SOURCE.rglob("*.html"):
        named |= {one or two for one, two in IN_TEMPLATES.findall(path.read_text())}
    for path in SOURCE.rglob("*.py"):
        named |= set(IN_ENTRIES.findall(path.read_text()))
    assert len(named) > 40
    missing = []
    for name in sorted(named):
        try:
            shapes(name)
        except Exception as error:
            missing.append(f"{name}: {type(error).__name__}")
    assert missing == []
