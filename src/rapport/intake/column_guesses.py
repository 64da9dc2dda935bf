"""What a column of a CSV file holds, guessed from its header (English, German, French, Spanish) and its first values. Pure."""

import re
import unicodedata
from collections.abc import Sequence

LEAVE_OUT = ""
# field: what the mapping page calls it
FIELDS = {
    "full_name": "Full name", "given_name": "Given name", "family_name": "Family name", "email": "E-mail", "phone": "Phone",
    "link": "Profile link", "title": "Present title", "organisation": "Present organisation", "place": "Place",
    "city": "City", "region": "Region", "country": "Country", "skills": "Skills (list)", "years_experience": "Years of experience",
    "languages": "Languages (list)", "school": "School", "degree": "Degree", "summary": "Summary", "tags": "Tags (list)",
    "source": "Source", "note": "Note", "pronouns": "Pronouns",
}  # fmt: skip
# Fields of which a person has several, or that are put together from several columns.
MANY = frozenset({"email", "phone", "link", "skills", "languages", "tags", "note", "summary"})
HEADERS = {
    "full_name": "name|full name|fullname|candidate|candidate name|person|contact name|applicant|applicant name|vollstandiger name|bewerber|kandidat|nom complet|candidat|nom et prenom|prenom et nom|nombre completo|candidato|nombre y apellidos|nombre y apellido|display name|vor und nachname|name vorname",
    "given_name": "first name|firstname|given name|forename|vorname|vornamen|rufname|prenom|prenoms|nombre|nombres|nombre de pila|first|givenname",
    "family_name": "last name|lastname|surname|family name|second name|nachname|familienname|zuname|nom|nom de famille|apellido|apellidos|last|familyname",
    "email": "email|e mail|mail|email address|e mail address|mail address|emailadresse|e mail adresse|mailadresse|courriel|adresse email|adresse e mail|adresse mail|adresse electronique|correo|correo electronico|direccion de correo|emails|work email|personal email|private email|home email|primary email|secondary email|other email|email privat|email address value",
    "phone": "phone|telephone|tel|phone number|telephone number|mobile|mobile phone|mobile number|cell|cell phone|cellphone|phones|telefon|telefonnummer|rufnummer|handy|handynummer|mobil|mobiltelefon|mobilnummer|telephone portable|numero de telephone|portable|mobile telephone|telefono|numero de telefono|movil|celular|telefono movil|work phone|home phone|phone home|phone work|phone cell|phone mobile|tel mobile|tel privat",
    "link": "link|links|url|profile|profile url|profile link|linkedin|linkedin url|linkedin profile|linkedin profil|github|github url|xing|xing profil|website|web site|homepage|webseite|site web|sitio web|web|portfolio|perfil|profil|social|website url|web page|gitlab|twitter|stackoverflow|personal website",
    "title": "title|job title|current title|position|current position|role|current role|headline|occupation|job|present title|jobtitel|berufsbezeichnung|beruf|stelle|funktion|aktuelle position|titel|poste|intitule du poste|fonction|poste actuel|metier|profession|puesto|cargo|puesto actual|ocupacion|profesion",
    "organisation": "organisation|organization|company|employer|current company|current employer|company name|present organisation|firma|unternehmen|arbeitgeber|aktueller arbeitgeber|aktuelles unternehmen|entreprise|employeur|societe|organisme|empresa|compania|empleador|empresa actual|organizacion|account name",
    "place": "place|location|address|residence|lives in|based in|standort|wohnort|ort|adresse|anschrift|lieu|localisation|residence principale|lieu de residence|ubicacion|lugar|direccion|domicilio|localidad|city state|location name|full address|city country",
    "city": "city|town|stadt|gemeinde|ville|commune|ciudad|poblacion|municipio",
    "region": "region|state|province|county|bundesland|kanton|land region|departement|provincia|comunidad|comunidad autonoma|estado|state province",
    "country": "country|nation|land|staat|pays|pais|country code|landercode|code pays",
    "skills": "skills|skill|key skills|keyskills|skill set|skillset|technologies|tech stack|competencies|expertise|fahigkeiten|kenntnisse|kompetenzen|skills list|competences|habilidades|competencias|conocimientos|aptitudes|fertigkeiten",
    "years_experience": "years|years of experience|years experience|experience years|experience|yoe|total experience|jahre erfahrung|berufsjahre|berufserfahrung|berufserfahrung jahre|annees d experience|experience annees|anos de experiencia|experiencia|total years",
    "languages": "languages|language|language skills|spoken languages|sprachen|sprache|sprachkenntnisse|langues|langue|idiomas|idioma",
    "school": "school|university|college|institution|hochschule|universitat|schule|ecole|universite|etablissement|universidad|escuela|alma mater",
    "degree": "degree|education|qualification|abschluss|ausbildung|studium|diplome|formation|titulo|titulacion|formacion|educacion|highest degree|education level",
    "summary": "summary|about|bio|biography|profile summary|description|profil kurz|zusammenfassung|uber mich|beschreibung|resume|a propos|resumen|acerca de|descripcion|perfil profesional",
    "tags": "tags|tag|labels|label|keywords|categories|category|schlagworte|schlagworter|stichworte|kategorie|kategorien|etiquettes|mots cles|etiquetas|palabras clave|categoria",
    "source": "source|origin|channel|lead source|candidate source|sourced from|quelle|herkunft|kanal|origine|canal|provenance|fuente|origen|procedencia|referrer|recruiting source",
    "note": "note|notes|comment|comments|remark|remarks|notiz|notizen|bemerkung|bemerkungen|kommentar|kommentare|anmerkung|anmerkungen|remarque|remarques|commentaire|commentaires|nota|notas|comentario|comentarios|observaciones",
    "pronouns": "pronouns|pronomen|pronoms|pronombres",
}  # fmt: skip
# What a pool has no field for, and must not have by accident: birth dates, gender, ids, dates of other systems.
NOT_TAKEN = frozenset(
    [
        "birth date",
        "birthdate",
        "date of birth",
        "dob",
        "birthday",
        "geburtsdatum",
        "geburtstag",
        "date de naissance",
        "fecha de nacimiento",
        "gender",
        "sex",
        "geschlecht",
        "sexe",
        "genero",
        "sexo",
        "age",
        "alter",
        "edad",
        "id",
        "candidate id",
        "external id",
        "zip",
        "zip code",
        "postcode",
        "postal code",
        "plz",
        "postleitzahl",
        "code postal",
        "codigo postal",
        "fax",
        "created",
        "created at",
        "updated",
        "updated at",
        "salary",
        "gehalt",
        "salaire",
        "salario",
        "nationality",
        "marital status",
        "photo",
        "status",
        "stage",
        "score",
        "rating",
    ]
)
_BY_HEADER = {header: name for name, headers in HEADERS.items() for header in headers.split("|")}
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[a-z]{2,}", re.I)
_LINK = re.compile(r"^(https?://|www\.)|(linkedin|github|xing|gitlab)\.com/", re.I)
_PHONE = re.compile(r"^(?:\+|00|0|\()[\d\s()/.\-–]{6,20}\d$")
_DATE = re.compile(r"^\d{1,4}[-./]\d{1,2}[-./]\d{1,4}$")


def fold_header(text: str) -> str:
    """ "E-Mail (2)" is "e mail", "Téléphone" is "telephone", "firstName" is "first name"."""
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    bare = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(c if c.isalpha() else " " for c in bare if not unicodedata.combining(c))
    return " ".join(letters.split())


def guess_by_header(header: str) -> str:
    """The field a header names, or LEAVE_OUT."""
    return _BY_HEADER.get(fold_header(header), LEAVE_OUT)


def guess_mapping(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A field for each column, LEAVE_OUT where nothing tells; a field that holds one value is given once.

    "nom" and "nombre" are a full name when no column holds the other half.
    """
    guesses = [guess_by_header(column) for column in columns]
    for place, guess in enumerate(guesses):
        if not guess and fold_header(columns[place]) not in NOT_TAKEN:
            guesses[place] = _guess_by_values([row[place] for row in rows if place < len(row)])
    if "full_name" not in guesses:
        halves = {"given_name", "family_name"} & set(guesses)
        if len(halves) == 1:
            guesses[guesses.index(halves.pop())] = "full_name"
    if "full_name" in guesses and {"given_name", "family_name"} <= set(guesses):
        guesses[guesses.index("full_name")] = LEAVE_OUT
    return _once(guesses)


def _once(guesses: list[str]) -> list[str]:
    seen: set[str] = set()
    kept = []
    for guess in guesses:
        kept.append(LEAVE_OUT if guess in seen and guess not in MANY else guess)
        seen.add(guess)
    return kept


def _guess_by_values(values: Sequence[str]) -> str:
    filled = [value.strip() for value in values if value.strip()]
    if not filled or all(_DATE.match(value) for value in filled) or len(set(filled)) == 1 < len(filled):
        return LEAVE_OUT
    for name, pattern in (("email", _EMAIL), ("link", _LINK), ("phone", _PHONE)):
        if sum(bool(pattern.search(value)) for value in filled) > 0.6 * len(filled):
            return name
    return LEAVE_OUT


def has_header(first: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names the columns: it says a known name, or holds nothing like an address or a number."""
    if any(guess_by_header(cell) for cell in first):
        return True
    values = [cell.strip() for cell in first if cell.strip()]
    looks_filled = any(_EMAIL.search(value) or _LINK.search(value) or _PHONE.search(value) for value in values)
    return bool(values) and not looks_filled and bool(rows)
