import pytest

from rapport.intake.column_guesses import guess_mapping, has_header


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (["First Name", "Last Name", "Email Address", "Mobile", "Current Company"], ["given_name", "family_name", "email", "phone", "organisation"]),
        (["Vorname", "Nachname", "E-Mail-Adresse", "Handy", "Wohnort", "Kenntnisse", "Quelle"], ["given_name", "family_name", "email", "phone", "place", "skills", "source"]),
        (["Prénom", "Nom", "Courriel", "Téléphone", "Ville", "Poste actuel", "Compétences"], ["given_name", "family_name", "email", "phone", "city", "title", "skills"]),
        (["Nombre", "Apellidos", "Correo electrónico", "Teléfono móvil", "País", "Empresa"], ["given_name", "family_name", "email", "phone", "country", "organisation"]),
        (["Nom", "Mail"], ["full_name", "email"]),
        (["Name", "Email", "Email (2)", "Phone 1", "phone_2", "linkedinUrl"], ["full_name", "email", "email", "phone", "phone", "link"]),
        (["Full name", "First name", "Last name"], ["", "given_name", "family_name"]),
        (["Title", "Job title", "Birth date", "Gender"], ["title", "", "", ""]),
    ],
)  # fmt: skip
def test_headers_of_four_languages_are_known(columns: list[str], expected: list[str]) -> None:
    assert guess_mapping(columns, []) == expected


def test_columns_without_a_telling_name_are_told_by_their_values() -> None:
    rows = [
        [name, f"{name}@example.org", f"+49 30 55501{number}", f"https://linkedin.com/in/{name}", "1990-01-31"]
        for number, name in enumerate(("anna", "ben", "cid"))
    ]
    assert guess_mapping(["Column 1", "Column 2", "Column 3", "Column 4", "Geboren"], rows) == [
        "",
        "email",
        "phone",
        "link",
        "",
    ]


def test_a_header_is_told_from_a_first_row_of_values() -> None:
    rows = [["Ben Klein", "ben@example.org"]]
    assert has_header(["Name", "Mail"], rows)
    assert has_header(["Wer", "Wohin"], rows)
    assert not has_header(["Anna Berg", "anna@example.org"], rows)
