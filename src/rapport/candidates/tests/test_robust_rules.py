"""Whatever somebody enters is read without a crash, and what was read reads as itself again."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rapport.accounts.models import User
from rapport.candidates import contact_rules, operations
from rapport.candidates.contact_rules import NotAContact, read_contact
from rapport.candidates.drafts import CandidateDraft, ExperienceDraft
from rapport.candidates.forms import MonthField
from rapport.candidates.models import Candidate
from rapport.candidates.name_rules import read_name
from rapport.candidates.text_rules import many_lines, one_line
from rapport.lib.places import find_place
from rapport.lib.settling import settle

WORDS = [
    "senior",
    "lead",
    "manager",
    "director",
    "of",
    "sales,",
    "software",
    "engineer",
    "II",
    "III",
    "vp",
    "head",
    "sr.",
    "&",
    "/",
    "-",
    "(",
    ")",
    "[",
    "m/w/d",
    "remote",
    "berlin",
    "in",
    "and",
    "GmbH",
    "Co.",
    "KG",
    "s.a.",
    "the",
    "ltd",
    "o.o.",
    "sp.",
    "z",
    "entwicklerin",
    "leiter*in",
    "vendeuse/vendeur",
    "chef",
    "de",
    "projet",
    "dr.",
    "prof.",
    "von",
    "der",
    "VAN",
    "junior",
    "phd",
    "李",
    "小",
    "明",
    "Иван",
    "محمد",
    "🎉",
    "ß",
    "ﬁ",
    "İ",
    "ǅ",
    "ﷺ",
    "%20",
    "%2520",
    "www.",
    "http://",
    "@",
    "+",
    "?",
    "#",
    ";",
    "'",
    '"',
    "1999",
    "0301234567",
    "x12",
]
PIECES = st.lists(st.sampled_from(WORDS), max_size=12)
ANY_TEXT = st.one_of(st.text(max_size=320), PIECES.map(" ".join), PIECES.map("".join))
NAMES = {
    "300 characters": "Anna " + "Maximiliana " * 24 + "Beispiel",
    "right to left": "محمد بن عبد الله",
    "emoji": "🎉 Carl 🎉 Candidate",
    "only emoji": "🎉",
    "one word": "Madonna",
    "one letter": "X",
    "combining": "Ame\u0301lie Noe\u0308l",
    "direction marks": "\u202eCarl\u202c Candidate",
}


@given(ANY_TEXT)
@example("berlin manager ( sales, / ( ltd ) /")
def test_a_full_name_reads_as_itself_again(text: str) -> None:
    person = read_name(one_line(text, 300))
    assert read_name(person.full).full == person.full
    assert (len(person.full) <= 300, len(person.given) <= 150, len(person.family) <= 150) == (True, True, True)


@given(st.sampled_from(contact_rules.KINDS), ANY_TEXT)
@example("link", "https://example.org/a%2520b")
@example("link", "www.www.example.org")
@example("link", "https://linkedin.com/in/@")
def test_a_contact_point_is_refused_or_reads_as_itself_again(kind: str, text: str) -> None:
    try:
        contact = read_contact(kind, text, "DE")
    except NotAContact:
        return
    assert read_contact(kind, contact.normal, "DE").normal == contact.normal
    assert contact.value == " ".join(text.split())


@given(ANY_TEXT)
def test_a_link_with_any_path_reads_as_itself_again(path: str) -> None:
    for start in ("https://example.org/", "https://de.linkedin.com/in/", "example.org/?a="):
        try:
            normal = read_contact("link", start + path).normal
        except NotAContact:
            continue
        assert read_contact("link", normal).normal == normal


@given(ANY_TEXT)
def test_places_and_lines_take_any_text(text: str) -> None:
    place = find_place(text)
    assert place is None or len(place.country_code) == 2
    assert one_line(one_line(text, 60), 60) == one_line(text, 60)
    assert many_lines(many_lines(text)) == many_lines(text)


@given(st.one_of(ANY_TEXT, st.from_regex(r"[0-9]{1,30}([-/][0-9]{0,9})?", fullmatch=True)))
@example("9" * 20)
def test_a_month_is_read_or_refused_in_words(text: str) -> None:
    field = MonthField()
    try:
        day = field.clean(text)
    except Exception as error:
        assert type(error).__name__ == "ValidationError"  # noqa: PT017 - anything else is what this test is about
        return
    assert day is None or day.day == 1


def test_steps_that_go_round_in_a_circle_settle_on_one_of_them() -> None:
    circle = {"start": "b", "a": "b", "b": "c", "c": "a"}
    assert {settle(circle.__getitem__, text) for text in circle} == {"a"}


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_people_of_any_name_are_stored_found_and_shown(rita: User, sign_in, name: str) -> None:
    """By hand and by import, on the list and the profile, edited without a change."""
    job = ExperienceDraft(title=name, organisation=name)
    draft = CandidateDraft(full_name=name, title=name, organisation=name, place=name, experiences=(job,), tags=(name,))
    by_hand = operations.create_candidate(actor=rita.actor, draft=draft)
    (outcome,) = operations.bulk_create_candidates(actor=rita.actor, drafts=[draft])
    assert outcome.result == "created"
    assert {row.full_name for row in Candidate.objects.all()} == {by_hand.full_name}
    client = sign_in(rita)
    for page in ("/candidates/", f"/candidates/{by_hand.id}/", f"/candidates/{by_hand.id}/edit/", "/tags/"):
        assert client.get(page).status_code == 200
    same = operations.update_candidate(
        actor=rita.actor, candidate_id=by_hand.id, version=1, changes={"full_name": by_hand.full_name}
    )
    assert same.version == 1
