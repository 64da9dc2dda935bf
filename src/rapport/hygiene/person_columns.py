"""Which column of a table of persons holds what, told by its header (English, German, French, Spanish and more) and its
first values. Pure.

A column that nothing tells the meaning of is still compared: people who share a rare value there are alike. What says
nothing about a person (notes, dates of other systems, whether a row is active) is left out.
"""

import re
import unicodedata
from collections.abc import Sequence

KEY, LEFT_OUT, OTHER = "key", "", "other"
# kind: headers, folded as `fold_header` does.
HEADERS = {
    "given": "given name|given|givenname|first name|firstname|first|forename|fname|christian name|vorname|vornamen|rufname|prenom|prenoms|nombre|nombres|nombre de pila|primer nombre|nome|voornaam|imie|fornavn|fornamn|etunimi|prenume|jmeno|keresztnev|name first",
    "middle": "middle name|middle|middlename|middle names|middle initial|zweiter vorname|second prenom|deuxieme prenom|segundo nombre|tussenvoegsel",
    "family": "surname|sur name|last name|lastname|last|family name|familyname|lname|second name|nachname|familienname|zuname|nom|nom de famille|apellido|apellidos|primer apellido|cognome|achternaam|nazwisko|efternavn|efternamn|etternavn|sukunimi|sobrenome|apelido|prijmeni|vezeteknev|name last",
    "maiden": "maiden name|birth name|geburtsname|nom de jeune fille|nom de naissance|segundo apellido|former name",
    "full": "name|full name|fullname|candidate|candidate name|person|person name|contact name|contact|applicant|applicant name|display name|customer name|employee name|patient name|vollstandiger name|bewerber|kandidat|nom complet|candidat|nom et prenom|prenom et nom|nombre completo|candidato|nombre y apellidos|nombre y apellido|vor und nachname|name vorname|nome completo|naam|volledige naam",
    "birth": "birth date|birthdate|date of birth|dateofbirth|dob|birthday|birth|born|born on|date birth|geburtsdatum|geburtstag|geb datum|gebdatum|geboren|geboren am|date de naissance|datenaissance|ne le|naissance|fecha de nacimiento|fecha nacimiento|nacimiento|data di nascita|geboortedatum|data urodzenia|fodselsdato|fodelsedatum|data de nascimento|bday|birth day",
    "birth_year": "birth year|year of birth|yob|geburtsjahr|annee de naissance|ano de nacimiento|by",
    "birth_month": "birth month|month of birth|bm|geburtsmonat|mois de naissance",
    "birth_day": "day of birth|bd|geburtstag tag|jour de naissance",
    "street": "street|street name|streetname|address|address line|street address|addr|address a|adress|road|strasse|str|strassenname|anschrift|adresse|strasse und hausnummer|strasse hausnummer|rue|voie|calle|direccion|domicilio|via|indirizzo|straat|adres|ulica|endereco|home address|mailing address|postal address|residence|address street|thoroughfare",
    "number": "street number|streetnumber|house number|housenumber|house no|street no|house|hausnummer|hausnr|haus nr|hnr|nr|numero|numero de rue|numero de voie|numero civico|huisnummer|building number|unit number|num|street nr|no",
    "extra": "address extra|address extension|adresszusatz|complement|complement adresse|complemento|apartment|apt|flat|unit|building|property|locality name|address b|care of|co",
    "place": "suburb|city|town|locality|place|village|municipality|district|ort|wohnort|stadt|gemeinde|ville|commune|localite|ciudad|localidad|poblacion|municipio|citta|comune|stad|woonplaats|plaats|miasto|by|stad ort|kaupunki|cidade|location|city name|post town|neighborhood|neighbourhood",
    "postcode": "postcode|post code|postal code|postalcode|zip|zipcode|zip code|plz|postleitzahl|code postal|cp|codigo postal|cap|kod pocztowy|postnummer|postinumero|cep|pincode|pin code|eircode",
    "region": "state|region|province|county|bundesland|kanton|departement|provincia|comunidad|estado|regione|provincie|wojewodztwo|territory|state province|state code",
    "country": "country|nation|land|staat|pays|pais|paese|country code|country name",
    "phone": "phone|telephone|tel|telno|phone number|phonenumber|telephone number|mobile|mobile phone|mobile number|cell|cell phone|cellphone|phones|contact number|telefon|telefonnummer|telefonnr|rufnummer|handy|handynummer|mobil|mobiltelefon|mobilnummer|portable|numero de telephone|telephone portable|telefono|movil|celular|numero de telefono|telefono movil|telefoon|mobiel|work phone|home phone|phone home|phone work|phone mobile|fon|cellulare|daytime phone",
    "fax": "fax|fax number|telefax|faxnummer",
    "email": "email|e mail|mail|email address|e mail address|emailaddress|mail address|emailadresse|e mail adresse|mailadresse|courriel|adresse email|adresse e mail|adresse mail|mel|correo|correo electronico|posta elettronica|emails|work email|personal email|private email|primary email|secondary email",
    "link": "link|links|url|profile|profile url|linkedin|linkedin url|linkedin profile|github|github url|xing|website|web site|homepage|webseite|site web|sitio web|portfolio|web",
    "identity": "soc sec id|ssn|social security number|social security|socsecid|soc sec|national id|nationalid|national insurance number|nino|ni number|nhs number|passport|passport number|passport no|tax id|taxid|tax number|steuer id|steuernummer|sozialversicherungsnummer|sv nummer|svnr|ausweisnummer|personalausweis|numero de securite sociale|nir|dni|nie|nif|curp|rfc|rut|cpf|codice fiscale|bsn|burgerservicenummer|pesel|personnummer|cpr|id number|identity number|identification number|medicare number|medicare|driver license|drivers license|license number|licence number|fuhrerscheinnummer|versicherungsnummer",
    "organisation": "company|organisation|organization|employer|company name|current company|current employer|firma|unternehmen|arbeitgeber|entreprise|employeur|societe|empresa|azienda|bedrijf|institution|affiliation|agency|site name|account name",
    "title": "title|job title|jobtitle|position|role|current title|occupation|job|jobtitel|beruf|poste|profession|puesto|cargo|headline|fonction",
    "gender": "gender|sex|geschlecht|sexe|genero|sexo|sesso|geslacht|plec|kon",
}  # fmt: skip
KEYS = (
    "id|rec id|recid|record id|recordid|row id|rowid|record|record number|candidate id|person id|unique id|uid|uuid|external id|"
    "datensatz id|datensatz|satznummer|identifiant|identificador|index|key|rid|pk|lfd nr|laufende nummer|num enregistrement|"
    "customer id|employee id|patient id|contact id|user id|entity id|ref|reference"
)
IGNORED = (
    "source|origin|quelle|created|created at|created on|updated|updated at|updated on|modified|modified at|status|stage|note|notes|"
    "comment|comments|remarks|bemerkung|bemerkungen|notiz|notizen|tags|score|rating|age|alter|edad|password|salutation|anrede|"
    "prefix|suffix|honorific|true id|cluster|cluster id|clusterid|duplicate|is duplicate|dup|entity|file|batch|import|owner|"
    "recruiter|consent|language|languages|skills|summary|resume|photo|blocking number|blocking|weight"
)
_BY_HEADER = {header: kind for kind, headers in HEADERS.items() for header in headers.split("|")}
_KEYS, _IGNORED = frozenset(KEYS.split("|")), frozenset(IGNORED.split("|"))
_RECORD_KEYS = ("rec id", "recid", "record id", "recordid", "id")
# Words within a longer header, tried in this order: "applicant last name", "address_line_2", "kunde_plz".
_WITHIN = (
    ("birth", r"\b(?:dob|birth ?date|date of birth|birthday|geburts\w*|naissance|nacimiento|nascita)\b"),
    ("email", r"\b(?:e ?mail|courriel|correo)\b"),
    ("fax", r"\b(?:tele)?fax\b"),
    ("phone", r"\b(?:phone|telephone|telefon|mobile|handy|cell|telefono|movil|tel)\b"),
    ("postcode", r"\b(?:post ?code|zip ?code|zip|plz|postal)\b"),
    ("given", r"\b(?:first|given|vor) ?names?\b|\b(?:fore ?name|prenom)\b"),
    ("family", r"\b(?:last|family|nach) ?name\b|\b(?:sur ?name|apellidos?)\b"),
    ("middle", r"\bmiddle ?(?:name|initial)\b"),
    ("number", r"\b(?:house|street|haus) ?(?:number|no|nr|nummer)\b"),
    ("street", r"\b(?:street|strasse|address|addr|adresse|anschrift|calle|rue)\b"),
    ("place", r"\b(?:suburb|city|town|locality|ville|ciudad|wohnort)\b"),
    ("region", r"\b(?:state|province|county|bundesland)\b"),
    ("identity", r"\b(?:ssn|soc\w* sec\w*|national id|passport|insurance n\w*|tax id|medicare)\b"),
    ("link", r"\b(?:url|linkedin|github|website|web ?site)\b"),
    ("organisation", r"\b(?:company|employer|firma|entreprise|empresa)\b"),
    ("full", r"\bfull ?name\b"),
)
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[a-z]{2,}$", re.I)
_LINK = re.compile(r"^(?:https?://|www\.)|(?:linkedin|github|xing|gitlab)\.com/", re.I)
_PHONE = re.compile(r"^(?:\+|00)[\d\s()/.\-–]{7,20}$|^\(?0\d{1,5}[)\s/.\-–]+[\d\s/.\-–]{4,14}$")
_DATE = re.compile(r"^(?:\d{4}[-./]?\d{2}[-./]?\d{2}|\d{1,2}[-./]\d{1,2}[-./]\d{4})$")
_HALF_OR_FULL = frozenset(("nom", "nombre", "nome"))
ONE_OF = frozenset(("given", "family", "full", "birth", "birth_year", "birth_month", "birth_day", "number", "postcode"))


def fold_header(text: str) -> str:
    """ "E-Mail (2)" is "e mail", "Straße" is "strasse", "firstName" is "first name", "address_2" is "address"."""
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text.replace("ß", "ss").replace("ł", "l").replace("ø", "o"))
    bare = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(c if c.isalpha() else " " for c in bare if not unicodedata.combining(c))
    return " ".join(letters.split())


def guess_columns(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """What each column holds: a kind of HEADERS, KEY (at most once), OTHER or LEFT_OUT."""
    kinds = [_by_header(column) for column in columns]
    for place, kind in enumerate(kinds):
        if kind == OTHER:
            kinds[place] = _by_values([row[place] for row in rows if place < len(row)])
    _numbered_rows(columns, kinds, rows)
    _choose_key(columns, kinds, rows)
    _second_streets(kinds)
    _settle_names(columns, kinds)
    seen: set[str] = set()
    for place, kind in enumerate(kinds):
        if kind in ONE_OF and kind in seen:
            kinds[place] = OTHER
        seen.add(kind)
    return kinds


def _by_header(column: str) -> str:
    words = fold_header(column)
    if words in _KEYS:
        return KEY
    if words in _IGNORED:
        return LEFT_OUT
    if words in _BY_HEADER:
        return _BY_HEADER[words]
    return next((kind for kind, pattern in _WITHIN if re.search(pattern, words)), OTHER)


def _by_values(values: Sequence[str]) -> str:
    filled = [value.strip() for value in values if value.strip()]
    if not filled:
        return OTHER
    for kind, pattern in (("email", _EMAIL), ("link", _LINK), ("birth", _DATE), ("phone", _PHONE)):
        if sum(bool(pattern.search(value)) for value in filled) > 0.7 * len(filled):
            return kind
    return OTHER


def _numbered_rows(columns: Sequence[str], kinds: list[str], rows: Sequence[Sequence[str]]) -> None:
    """ "Nr" and "No" are the number of the record where each row has its own, else that of the house."""
    for place, kind in enumerate(kinds):
        if kind == "number" and fold_header(columns[place]) in ("nr", "no", "num", "numero"):
            values = [row[place] for row in rows if place < len(row)]
            if len(values) > 2 and len(set(values)) == len(values):
                kinds[place] = KEY


def _choose_key(columns: Sequence[str], kinds: list[str], rows: Sequence[Sequence[str]]) -> None:
    """Of several columns that may name the record, the best header wins and no value of it may come twice."""
    places = [place for place, kind in enumerate(kinds) if kind == KEY]

    def rank(place: int) -> int:
        words = fold_header(columns[place])
        return _RECORD_KEYS.index(words) if words in _RECORD_KEYS else len(_RECORD_KEYS)

    chosen = None
    for place in sorted(places, key=rank):
        values = [row[place] for row in rows if place < len(row) and row[place].strip()]
        if chosen is None and len(values) == len(set(values)) == len(rows):
            chosen = place
        else:
            kinds[place] = LEFT_OUT if len(values) != len(set(values)) or chosen is not None else KEY
            if kinds[place] == KEY:
                chosen = place


def _second_streets(kinds: list[str]) -> None:
    """The first address column is the street, each further one an extra line."""
    first = True
    for place, kind in enumerate(kinds):
        if kind == "street":
            kinds[place] = "street" if first else "extra"
            first = False
        elif kind == "fax":
            kinds[place] = LEFT_OUT


def _settle_names(columns: Sequence[str], kinds: list[str]) -> None:
    """ "nom" and "nombre" are a full name where no column holds the other half; a full name beside both halves goes."""
    halves = {"given", "family"} & set(kinds)
    if "full" not in kinds and len(halves) == 1:
        place = kinds.index(halves.pop())
        if fold_header(columns[place]) in _HALF_OR_FULL:
            kinds[place] = "full"
    if "full" in kinds and {"given", "family"} <= set(kinds):
        kinds[kinds.index("full")] = LEFT_OUT


def has_header(first: Sequence[str]) -> bool:
    """Whether a first row names columns: some cell is a known header, or none looks like a value."""
    if any(_by_header(cell) not in (OTHER, LEFT_OUT) for cell in first):
        return True
    return not any(any(c.isdigit() for c in cell) or "@" in cell for cell in first)
