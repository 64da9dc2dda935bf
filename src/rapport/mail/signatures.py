"""Phone number and job title out of a signature. Pure; None where nothing is plainly there.

The phone is given as written, the mobile one first, never a fax. The title is the line below the name, or what stands
beside the name, if it holds a word that titles have; what follows "at", "@" or a bar is the employer and not the title.
"""

import re
from dataclasses import dataclass

MAX_LINES = 30

_PHONE = re.compile(r"(?<![\w./-])(?:\+|00)?\(?\d[\d\s()./–-]{5,20}\d(?![\w-]|\.\d)")
_MOBILE = re.compile(r"\b(?:m|mob|mobile?|cell(?:ular|phone)?|handy|mobil|port(?:able)?|móvil|celular|cellulare|gsm|kom|komórka|mobiltelefon|whatsapp)\b|手机|携帯|휴대", re.IGNORECASE)  # fmt: skip
_FAX = re.compile(r"\bf(?:ax)?\b\s*[.:]|\b(?:tele)?fax\b", re.IGNORECASE)
_LABEL = re.compile(
    r"\b(?:t|tel|tél|telefon\w*|telephone|téléphone|teléfono|telefono|telefone|telefoon|phone|p|ph|port|direct|office|durchwahl|d|o|work|mobile?|m|mob|cell)\b\s*[.:]|电话|電話|전화|☎|📞|📱",
    re.IGNORECASE,
)
_NOT_A_PHONE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}[./]\d{1,2}[./]\d{4}\b|\b(?:hr[ab]|ust|vat|iban|siret?n?|kvk|nip|reg)\b", re.IGNORECASE)  # fmt: skip
_NO_TITLE = re.compile(
    r"@\w|https?:|www\.|\d{3}|\b(?:gmbh|inc|ltd|llc|plc|ag|kg|s\.?a\.?|s\.?r\.?l|b\.?v|oy|ab|a/s|sp\.?\s*z|university|universität|université|universidad|street|str|straße|road|avenue|"
    r"regards|grüße|cordialement|sent from|gesendet|confidential|vertraulich)\b|linkedin|twitter|github",
    re.IGNORECASE,
)
_TITLE_WORD = re.compile(
    r"\b(?:ceo|cto|cfo|coo|cio|cmo|cpo|chro|vp|svp|evp|president|founder|co-?founder|owner|partner|principal|director|head|chief|lead|leader|manager|supervisor|foreman|coordinator|specialist|expert|"
    r"consultant|advisor|adviser|analyst|engineer\w*|developer|programmer|architect|designer|scientist|researcher|administrator|admin|assistant|associate|officer|executive|representative|agent|"
    r"accountant|controller|auditor|bookkeeper|clerk|secretary|receptionist|recruiter|sourcer|trainer|teacher|lecturer|professor|instructor|nurse|doctor|physician|surgeon|dentist|therapist|pharmacist|"
    r"caregiver|technician|mechanic|electrician|plumber|welder|carpenter|operator|driver|chef|cook|waiter|baker|buyer|planner|broker|lawyer|attorney|counsel|paralegal|editor|writer|journalist|translator|"
    r"photographer|producer|strategist|marketer|tester|intern|trainee|apprentice|student|freelancer?|contractor|qa|sre|devops|"
    r"geschäftsführer\w*|inhaber\w*|leiter\w*|\w*leitung|\w*leiter(?:in)?|referent\w*|berater\w*|\w*berater(?:in)?|entwickler\w*|\w*entwickler(?:in)?|ingenieur\w*|\w*ingenieur(?:in)?|techniker\w*|meister\w*|"
    r"sachbearbeiter\w*|assistent\w*|buchhalter\w*|kauffrau|kaufmann|pfleger\w*|schweißer\w*|vorstand|prokurist\w*|personalreferent\w*|werkstudent\w*|"
    r"directeur|directrice|responsable|gérante?|chef\w*|ingénieure?|développeu\w+|consultante?|chargée?|conseill\w+|comptable|infirmi\w+|présidente?|"
    r"director\w?|gerente|jefe|jefa|ingenier\w+|desarrollador\w?|consultor\w?|contable|enfermer\w+|direttore|direttrice|ingegnere|sviluppator\w+|consulente|"
    r"diretor\w?|engenheir\w+|desenvolvedor\w?|analista|directeur|adviseur|ontwikkelaar|medewerker|verpleegkundige|kierownik|inżynier|programist\w+|dyrektor|specjalista|"
    r"direktør|leder|udvikler|chef|ingenjör|utvecklare|utvikler|konsulent|konsult|johtaja|kehittäjä|päällikkö|директор|менеджер|инженер|разработчик|руководитель)\b|経理|部長|課長|エンジニア|经理|工程师|总监|매니저|개발자",
    re.IGNORECASE,
)
_EMPLOYER = re.compile(r"\s+(?:at|@|bei|chez|en|presso|bij|hos|w|–|—|-)\s+(?=[A-ZÀ-Þ0-9])|\s*[|•·]\s*|\s*@\s*")


@dataclass(frozen=True, slots=True)
class Signature:
    """`text` as it stood; the others None where it does not plainly hold them."""

    text: str
    phone: str | None
    title: str | None


def read_signature(text: str, sender_name: str = "") -> Signature | None:
    """What a signature tells; None when there is none."""
    if not text.strip():
        return None
    lines = [line.strip().strip("*_").strip() for line in text.split("\n")[:MAX_LINES]]
    lines = [line[:200] for line in lines if line and not re.fullmatch(r"[-–—_=*~\s]+", line)]
    return Signature(text, _phone(lines), _title(lines, sender_name))


def _phone(lines: list[str]) -> str | None:
    """The best number: of a mobile, else one with a label or in international form, else any of a plausible length."""
    found: list[tuple[int, str]] = []
    for line in lines:
        if _NOT_A_PHONE.search(line):
            continue
        before = 0
        for match in _PHONE.finditer(line):
            said, before = line[before : match.start()], match.end()
            number = re.sub(r"\s+", " ", match[0]).strip(" -–./")
            digits = len(re.sub(r"\D", "", number))
            if not 7 <= digits <= 15 or _FAX.search(said):
                continue
            is_told = bool(_LABEL.search(said)) or number.startswith(("+", "00"))
            if is_told or (not re.search(r"[^\W\d_]", said) and (number.startswith(("0", "(")) or digits >= 10)):
                found.append((0 if _MOBILE.search(said) else 1, number))
    return min(found, key=lambda row: row[0])[1] if found else None


def _title(lines: list[str], sender_name: str) -> str | None:
    """The line below the name, or the rest of the name's own line."""
    known = {word.lower() for word in re.findall(r"[^\W\d_]{2,}", sender_name)}
    for index, line in enumerate(lines):
        words = re.findall(r"[^\W\d_]{2,}", line)
        is_name = bool(known & {word.lower() for word in words}) if known else _resembles_name(words, line)
        if not is_name or _PHONE.search(line):
            continue
        beside = re.split(r"\s*[|•·,]\s*|\s+[–—-]\s+", line, maxsplit=1)[1:]
        for text in [*beside, *lines[index + 1 : index + 3]]:
            title = _as_title(text)
            if title:
                return title
    return None


def _resembles_name(words: list[str], line: str) -> bool:
    name = re.split(r"[|•·,]|\s[–—-]\s", line)[0].split()
    return 2 <= len(name) <= 4 and all(word[:1].isupper() for word in name) and not _TITLE_WORD.search(" ".join(name))


def _as_title(text: str) -> str | None:
    title = _EMPLOYER.split(text.strip(), maxsplit=1)[0].strip(" ,;:-–!.")
    if not 2 <= len(title) <= 70 or len(title.split()) > 8 or _NO_TITLE.search(title):
        return None
    return title if _TITLE_WORD.search(title) else None
