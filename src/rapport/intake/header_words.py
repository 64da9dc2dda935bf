"""How much a few words look like a job title, an organisation, a degree or a school: small weights from telling words.

English, German, French and Spanish. Weights only rank the parts of one entry's header against one another.
"""

import re
from functools import lru_cache

from rapport.intake.section_names import fold
from rapport.intake.wordlists import word_set

_TITLE_WORDS = frozenset(fold("""
engineer developer programmer manager director analyst consultant designer architect administrator assistant associate specialist
coordinator supervisor representative executive officer president vice chief head lead leader intern internship trainee apprentice technician teacher
tutor instructor lecturer professor researcher scientist nurse physician doctor surgeon therapist pharmacist dentist caregiver carer attorney lawyer
paralegal counsel advocate accountant auditor bookkeeper controller treasurer clerk cashier teller receptionist secretary agent broker advisor adviser
buyer planner scheduler dispatcher driver operator mechanic electrician plumber welder carpenter painter chef cook baker waiter waitress server
bartender barista host hostess steward housekeeper cleaner janitor guard security-guard officer firefighter soldier sergeant captain pilot
editor writer author journalist reporter photographer videographer producer artist illustrator animator musician actor model stylist
recruiter sourcer trainer coach mentor counselor counsellor volunteer member fellow founder co-founder cofounder owner partner principal freelancer
contractor student werkstudent praktikant praktikantin cto ceo cfo coo cio cmo vp svp evp ciso tester qa sre dba devops scrum-master webmaster
strategist marketer salesperson salesman merchandiser estimator foreman superintendent inspector surveyor appraiser underwriter actuary economist statistician
mathematician physicist chemist biologist geologist librarian curator translator interpreter copywriter evangelist ambassador postdoc worker
laborer labourer packer picker loader assembler machinist fabricator installer gardener farmer butcher tailor barber hairdresser beautician
aide orderly paramedic midwife radiographer hygienist optometrist veterinarian dietitian nutritionist psychologist psychiatrist
generalist adjunct educator entrepreneur technologist expert buyer dancer dj concierge valet custodian groomer bagger stocker sitter nanny
babysitter au-pair fundraiser organizer organiser facilitator moderator examiner auditor hostler handler lifeguard deputy sheriff detective
specialist freelance sdr bdr ux ui sme hr it-support generalist adjunct dean superintendent proctor grader attendant crew tech superuser employee staff sales-rep rep apprenticeship lehrling azubi
entwickler entwicklerin ingenieur ingenieurin leiter leiterin berater beraterin sachbearbeiter sachbearbeiterin assistent assistentin kaufmann kauffrau
mitarbeiter mitarbeiterin referent referentin techniker technikerin meister meisterin geselle gesellin lehrer lehrerin dozent dozentin pfleger pflegerin
krankenschwester arzt ärztin apotheker anwalt anwältin buchhalter buchhalterin geschäftsführer geschäftsführerin projektleiter teamleiter abteilungsleiter
verkäufer verkäuferin verkaufsleiter einkäufer einkäuferin fahrer fahrerin koch köchin bäcker maler schreiner elektriker elektroniker mechaniker
mechatroniker auszubildender auszubildende auszubildung praktikum hilfskraft aushilfe softwareentwickler wissenschaftler forscher verwaltungsangestellte
angestellter angestellte redakteur redakteurin gründer gründerin inhaber freiberufler freiberuflich fachinformatiker administratorin managerin beauftragter
ingénieur ingénieure développeur développeuse responsable directeur directrice chef cheffe assistant assistante technicien technicienne vendeur vendeuse
conseiller conseillère consultant consultante stagiaire stage alternant alternante apprenti professeur enseignant enseignante infirmier infirmière
comptable chargé chargée gestionnaire employé employée ouvrier serveur serveuse cuisinier commercial commerciale secrétaire médecin avocat avocate
architecte rédacteur traducteur gérant gérante fondateur animateur animatrice formateur formatrice concepteur
ingeniero ingeniera desarrollador desarrolladora programador programadora director directora gerente jefe jefa encargado encargada técnico técnica
vendedor vendedora asesor asesora consultor consultora becario becaria prácticas profesor profesora enfermero enfermera contable auxiliar asistente
administrativo administrativa comercial abogado abogada médico médica camarero camarera cocinero cocinera dependiente dependienta recepcionista
analista coordinador coordinadora diseñador diseñadora arquitecto arquitecta operario operaria conductor supervisor supervisora fundador
""").split())  # fmt: skip
_TITLE_ENDINGS = (
    "entwickler", "entwicklerin", "ingenieur", "ingenieurin", "leiter", "leiterin", "berater", "beraterin", "assistent", "assistentin", "kaufmann",
    "kauffrau", "techniker", "technikerin", "mechaniker", "pfleger", "pflegerin", "verkäufer", "verkäuferin", "mitarbeiter", "mitarbeiterin", "führer",
    "händler", "meister", "informatiker", "informatikerin", "manager", "managerin", "fachkraft", "hilfskraft", "student", "studentin", "engineer", "wart",
    "developer", "architekt", "spezialist", "redakteur", "referent", "referentin", "lehrer", "lehrerin", "arbeiter", "monteur", "elektroniker", "praktikum",
)  # fmt: skip
_TITLE_QUALIFIERS = word_set(
    "senior junior sr jr chief head lead principal staff deputy interim part freelance full global regional stellvertretender leitender angehender"
)
_ORG_WORDS = frozenset(fold("""
inc llc llp ltd limited corp corporation company co plc gmbh ag kg se sa sas sarl srl sl slu bv nv oy ab pty group holding holdings partners
associates solutions systems technologies technology labs lab laboratory laboratories software consulting services industries enterprises studios studio
bank hospital clinic university college school institute institut academy foundation association agency ministry department government council army
navy force police court church museum library hotel restaurant store shop market media press network international global universität hochschule fachhochschule
klinik klinikum krankenhaus schule verein stiftung verlag werke amt ministerium behörde bundeswehr sparkasse versicherung stadt landkreis
université école lycée hôpital clinique mairie société groupe entreprise association banque cabinet ministère universidad escuela colegio hospital clínica
ayuntamiento empresa grupo banco asociación fundación instituto gmbh companyname ventures capital pharmaceuticals pharma motors airlines insurance
logistics energy electric telecom communications entertainment games organization organisation research center centre zentrum initiative
centro supermarket pharmacy realty properties construction committee district county city society club team
""").split())  # fmt: skip
_DEGREE = re.compile(
    r"\b(?:ph\.?\s?d|d\.?phil|doctora\w*|doktor\w*|promotion|dr\.|m\.?\s?sc|b\.?\s?sc|m\.?\s?eng|b\.?\s?eng|m\.?\s?a\.?|b\.?\s?a\.?|b\.?\s?s\.?|m\.?\s?s\.?"
    r"|mba|m\.?b\.?a\.?|bba|b\.?\s?com|m\.?\s?com|b\.?\s?tech|m\.?\s?tech|b\.?\s?e\.?|m\.?\s?e\.?|mca|bca|ll\.?\s?[bm]|j\.?d\.?|m\.?d\.?|m\.?ed|b\.?ed|mph|mfa|bfa|msw|bsw|bsn|msn"
    r"|bachelor\w*(?:['’]s)?(?:\s+degree)?|master\w*(?:['’]s)?(?:\s+degree)?|associate(?:'s|’s|s)?(?:\s+degree|(?=\s+(?:of|in)))|associates?\s+(?:degree|of)|diploma|diplom(?:[a-zé-]*)?|degree|ged|magister|staatsexamen|abitur|fachabitur|fachhochschulreife|mittlere reife"
    r"|realschulabschluss|ausbildung|lehre|studium|licence|maîtrise|mastère|bts|dut|baccalauréat|bac(?:\s?\+\s?\d)?|cap|licenciatura|licenciad[oa]|grado|máster|bachillerato|ciclo formativo|ingenier[íi]a"
    r"|doctorado|técnico superior|certificate|high school|minor|major|a.levels?|gcse|hnd|semester abroad|exchange|postgraduate|undergraduate|fernstudium|bootcamp)(?![\w])",
    re.I,
)
_SCHOOL = re.compile(
    r"universi[td]|college|school(?!\s+diploma)|institut|academy|akademie|hochschule|\bfh\b|\btu\b|\beth\b|\bmit\b|\bucla?\b|polytech|gymnasium|lycée|lycee|école|ecole|escuela|"
    r"colegio|facult|campus|conservator|seminary|\biut\b|\binsa\b|\bhec\b|realschule|gesamtschule|berufs\w*schule|\bihk\b|instituto|\bies\b|udemy|coursera|bootcamp|yeshiva|technion|seneca|\bstate\b",
    re.I,
)  # fmt: skip


@lru_cache(maxsize=4096)
def title_weight(text: str) -> float:
    """How much a text looks like a job title (0 for nothing)."""
    words = fold(text).split()
    if not words or len(words) > 14:
        return 0.0
    weight = 0.0
    if any(word in _TITLE_WORDS for word in words) or any(word.endswith(_TITLE_ENDINGS) for word in words):
        weight += 2.0
    if words[-1] in _TITLE_WORDS or words[0] in _TITLE_WORDS:
        weight += 0.7
    if words[0] in _TITLE_QUALIFIERS:
        weight += 0.8
    if words[-1] in ("i", "ii", "iii", "iv"):
        weight += 0.5
    return weight


@lru_cache(maxsize=4096)
def organisation_weight(text: str) -> float:
    """How much a text looks like the name of an organisation (0 for nothing)."""
    words = fold(text).split()
    if not words or len(words) > 14:
        return 0.0
    weight = 1.5 if any(word in _ORG_WORDS for word in words) else 0.0
    if words[-1] in ("inc", "llc", "ltd", "gmbh", "ag", "corp", "kg", "se", "plc", "sa", "sarl", "co", "companyname"):
        weight += 1.5
    if re.search(r"\w\.(?:com|org|net|io|de|ai)\b|universit", text, re.I):
        weight += 1.0
    if re.fullmatch(r"[A-Z0-9&.]{2,6}", text.strip()) and weight == 0:
        weight += 0.5
    return weight


@lru_cache(maxsize=4096)
def degree_weight(text: str) -> float:
    match = _DEGREE.search(text)
    if not match or not (match.group()[0].isupper() or len(match.group()) > 4):
        return 0.0
    return 3.0 if match.start() < 3 else 2.0


@lru_cache(maxsize=4096)
def school_weight(text: str) -> float:
    return 2.5 if _SCHOOL.search(text) else 0.3 * organisation_weight(text)


def degree_span(text: str) -> tuple[int, int] | None:
    """Where the degree stands in "PhD in Computer Science"."""
    match = _DEGREE.search(text)
    return match.span() if match else None
