"""Résumés of others with their own source beside them: what the source says is the truth."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_ENTRY_SECTIONS = ("experience", "education")


def rendercv_pairs(data: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """(PDF, truth as JSON Resume) of the RenderCV examples below a folder of real data."""
    for path in sorted((data / "resumes/templates/rendercv/examples").glob("*.yaml")):
        if path.with_suffix(".pdf").exists():
            yield path.with_suffix(".pdf"), _truth(read_rendercv(path))


def read_rendercv(path: Path) -> dict[str, Any]:
    """The `cv` part of a RenderCV file: the few kinds of YAML lines that such files have (no YAML library is a dependency)."""
    source: dict[str, Any] = {"experience": [], "education": []}
    section = ""
    for line in path.read_text().splitlines():
        if re.match(r"design:", line):
            break
        key_value = re.match(r"(\s*)(- )?([\w ]+):(?: (.*))?$", line)
        if not key_value:
            continue
        indent, dash, key, value = key_value.groups()
        text = (value or "").strip().strip("'\"")
        if len(indent) == 2 and not dash:
            source[key] = text
        elif len(indent) == 4 and not dash:
            section = key
        elif section in _ENTRY_SECTIONS and len(indent) == 6 and dash:
            source[section].append({key: text})
        elif section in _ENTRY_SECTIONS and len(indent) == 8 and not dash and source[section]:
            source[section][-1][key] = text
    return source


def _truth(source: dict[str, Any]) -> dict[str, Any]:
    return {
        "basics": {"name": source["name"], "email": source["email"]},
        "work": [
            {"position": job["position"], "name": job["company"], "startDate": job["start_date"], "endDate": job["end_date"]}
            for job in source["experience"]
        ],
        "education": [
            {"institution": s["institution"], "studyType": s["degree"], "area": s["area"], "startDate": s["start_date"], "endDate": s["end_date"]}
            for s in source["education"]
        ],
    }  # fmt: skip
