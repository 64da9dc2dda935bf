"""Which column holds what, in any order and the usual languages."""

import pytest

from rapport.hygiene.person_columns import guess_columns, has_header

ROWS = [["1", "Amara", "Nwosu"], ["2", "Lena", "Achterberg"], ["3", "Ole", "Dalen"]]


@pytest.mark.parametrize(
    ("columns", "kinds"),
    [
        (["rec_id", "given_name", "surname"], ["key", "given", "family"]),
        (["Surname", "FirstName", "DOB", "Zip Code", "E-Mail"], ["family", "given", "birth", "postcode", "email"]),
        (["Nachname", "Vorname", "Straße", "Hausnummer", "PLZ", "Ort"], ["family", "given", "street", "number", "postcode", "place"]),
        (["nom", "prénom", "date de naissance", "code postal", "ville"], ["family", "given", "birth", "postcode", "place"]),
        (["Apellidos", "Nombre", "Teléfono", "DNI"], ["family", "given", "phone", "identity"]),
        (["Nombre", "Correo electrónico"], ["full", "email"]),
        (["surname", "soc_sec_id"], ["family", "identity"]),
        (["address_1", "address_2", "suburb", "state"], ["street", "extra", "place", "region"]),
        (["Applicant Last Name", "Applicant First Name", "Home Phone"], ["family", "given", "phone"]),
        (["Full name", "given name", "surname"], ["", "given", "family"]),
        (["birth_year", "birth_month", "birth_day"], ["birth_year", "birth_month", "birth"]),
        (["name", "shoe size", "notes"], ["full", "other", ""]),
    ],
)  # fmt: skip
def test_headers_name_the_fields(columns: list[str], kinds: list[str]) -> None:
    guessed = guess_columns(columns, [])
    assert [("birth" if kind == "birth_day" else kind) for kind in guessed] == kinds


def test_a_number_of_its_own_for_each_row_names_the_record() -> None:
    assert guess_columns(["Nr", "Vorname", "Nachname"], ROWS) == ["key", "given", "family"]
    assert guess_columns(["Nr", "Vorname", "Nachname"], [*ROWS, ["3", "Ada", "Sowa"]]) == ["number", "given", "family"]


def test_of_two_ids_the_one_that_names_each_record_is_taken() -> None:
    rows = [["7", "a1"], ["7", "a2"], ["8", "a3"]]
    assert guess_columns(["id", "record id"], rows) == ["", "key"]


def test_values_tell_what_a_header_does_not() -> None:
    rows = [["a@example.org", "1990-02-01"], ["b@example.org", "1985-12-24"]]
    assert guess_columns(["Feld 1x", "q"], rows) == ["email", "birth"]


def test_a_first_row_of_values_is_no_header() -> None:
    assert has_header(["given_name", "x"])
    assert has_header(["foo", "bar"])
    assert not has_header(["Amara", "Nwosu", "1990-02-01"])
