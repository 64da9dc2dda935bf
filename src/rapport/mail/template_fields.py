"""The merge fields a template may use, and how a person's values are put together. Pure."""

from collections.abc import Mapping
from typing import NamedTuple

MAX_TEXT = 20_000  # characters of a template; longer ones are no mail any more

# name: (what it stands for, what the sample candidate has)
FIELDS: Mapping[str, tuple[str, str]] = {
    "first_name": ("Candidate's first name", "Amara"),
    "last_name": ("Candidate's last name", "Nwosu"),
    "full_name": ("Candidate's full name", "Amara Nwosu"),
    "title": ("Candidate's present title", "Controls engineer"),
    "company": ("Candidate's present employer", "Windkraft Nord"),
    "city": ("Candidate's city", "Hamburg"),
    "job_title": ("Title of the job", "Senior controls engineer"),
    "job_location": ("Place of the job", "Berlin"),
    "department": ("Department of the job", "Engineering"),
    "organisation": ("Your organisation", "Northwind Energy"),
    "sender_name": ("Your name", "Rita Recruiter"),
    "sender_first_name": ("Your first name", "Rita"),
    "sender_title": ("Your title", "Recruiter"),
}


JOB_FIELDS = frozenset(("job_title", "job_location", "department"))
ALWAYS_KNOWN = frozenset(("organisation",))


def sample_values() -> dict[str, str]:
    """The values of the invented candidate that previews show."""
    return {name: sample for name, (_, sample) in FIELDS.items()}


class Person(NamedTuple):
    """What merge fields say about a candidate."""

    full_name: str = ""
    given_name: str = ""
    family_name: str = ""
    title: str = ""
    organisation: str = ""
    city: str = ""


def sample_person() -> Person:
    """The invented candidate of previews."""
    sample = sample_values()
    names = sample["full_name"], sample["first_name"], sample["last_name"]
    return Person(*names, sample["title"], sample["company"], sample["city"])


def person_values(person: Person) -> dict[str, str]:
    words = person.full_name.split()
    return {
        "first_name": person.given_name or (words[0] if words else ""),
        "last_name": person.family_name or (words[-1] if len(words) > 1 else ""),
        "full_name": person.full_name,
        "title": person.title,
        "company": person.organisation,
        "city": person.city,
    }
