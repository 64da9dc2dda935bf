"""JSON Resume and Europass: data that needs no reading."""

import json
from typing import Any

import pytest

from rapport.intake.worker import parse_file

JSON_RESUME = {
    "basics": {
        "name": "Mina Okafor",
        "email": "mina@example.org",
        "phone": "030 901820",
        "location": {"city": "Berlin", "countryCode": "DE"},
        "image": 7,
    },
    "work": [
        {
            "name": "Nordlicht AG",
            "position": "Analyst",
            "startDate": "2015-06-01",
            "endDate": "bad",
            "highlights": ["Wrote Python", 3],
        }
    ],
    "skills": [{"name": "SQL", "keywords": ["joins"]}],
}
EUROPASS = """<?xml version="1.0"?><SkillsPassport xmlns="http://europass.cedefop.europa.eu/Europass"><LearnerInfo><Identification>
<PersonName><FirstName>Mina</FirstName><Surname>Okafor</Surname></PersonName><ContactInfo><Email><Contact>mina@example.org</Contact></Email></ContactInfo>
<Demographics><Birthdate year="1990" month="--03"/></Demographics></Identification>
<WorkExperienceList><WorkExperience><Period><From year="2015" month="--06"/><Current>true</Current></Period><Position><Label>Analyst</Label></Position>
<Activities>&lt;p&gt;Wrote &lt;b&gt;Python&lt;/b&gt;&lt;/p&gt;</Activities><Employer><Name>Nordlicht AG</Name></Employer></WorkExperience></WorkExperienceList>
<Skills><Linguistic><MotherTongueList><MotherTongue><Description><Label>German</Label></Description></MotherTongue></MotherTongueList></Linguistic></Skills>
</LearnerInfo></SkillsPassport>"""


def parse(data: bytes) -> dict[str, Any]:
    answer = parse_file(data)
    assert "error" not in answer
    return answer["resume"]


def test_json_resume_comes_out_as_it_went_in() -> None:
    resume = parse(json.dumps(JSON_RESUME).encode())

    assert resume["basics"]["name"] == "Mina Okafor"
    assert resume["basics"]["phone"] == "+4930901820"
    assert "image" not in resume["basics"]
    (job,) = resume["work"]
    assert (job["name"], job["position"], job["startDate"], job["highlights"]) == (
        "Nordlicht AG",
        "Analyst",
        "2015-06-01",
        ["Wrote Python"],
    )
    assert "endDate" not in job
    assert resume["skills"][0] == {"name": "SQL", "keywords": ["joins"]}
    assert {"field": "work[0].position", "start": 58, "end": 65, "text": "Analyst"} in resume["evidence"]
    assert all(resume["text"][e["start"] : e["end"]] == e["text"] for e in resume["evidence"])


def test_europass_is_mapped_without_what_must_not_matter() -> None:
    resume = parse(EUROPASS.encode())

    assert (resume["basics"]["name"], resume["basics"]["email"]) == ("Mina Okafor", "mina@example.org")
    (job,) = resume["work"]
    assert (job["position"], job["name"], job["startDate"], job["isCurrent"], job["summary"]) == (
        "Analyst",
        "Nordlicht AG",
        "2015-06",
        True,
        "Wrote Python",
    )
    assert resume["languages"] == [{"language": "German", "fluency": "Native speaker"}]
    assert "1990" not in json.dumps(resume)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'{"a": 1}', "unknown_type"),
        (b"{broken", "corrupt"),
        (b"{" + b'"a":{' * 50_000, "corrupt"),
    ],
)
def test_other_json_is_refused(data: bytes, code: str) -> None:
    assert parse_file(data)["error"]["code"] == code
