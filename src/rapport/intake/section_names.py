"""The names of sections in résumés: which kind of section a heading opens. Pure tables and their lookup."""

import re
import unicodedata
from functools import lru_cache

from rapport.intake.wordlists import word_set

_NAMES: dict[str, str] = {
    "summary": """summary; professional summary; executive summary; career summary; profile; professional profile; personal profile;
        career profile; executive profile; about; about me; objective; career objective; professional objective; job objective; overview;
        professional overview; career overview; personal statement; introduction; career focus; summary of qualifications; bio; biography;
        qualifications summary; status; profil; kurzprofil; profil personnel; profil professionnel; über mich; zusammenfassung;
        resume profil; a propos; à propos de moi; résumé; objectif; accroche; perfil; perfil profesional; resumen; resumen profesional;
        sobre mi; sobre mí; acerca de mí; objetivo; extracto; who am i; highlights of qualifications""",
    "work": """work; positions; jobs; my work; where i've been; where i have been; where i've worked; where i have worked; what i've done; what i have done;
        my journey; my path; my experience; career path; career experience; employment and experience; professional career; professional journey;
        selected experience; relevant work experience; work and experience; work and internships; experience and leadership; stationen; beruf;
        mein weg; mon parcours; parcours et expériences; mi trayectoria; mi experiencia; carrera profesional; experience; experiences; work experience; work experiences; professional experience; professional experiences; employment;
        employment history; employment record; work history; career history; career; professional history; job history; job experience;
        relevant experience; professional background; work background; experience and employment; working experience; industry experience;
        employment experience; career experience; positions held; internships; internship; internship experience; academic experience;
        research experience; teaching experience; military experience; leadership experience; business experience; practical experience;
        experience highlights; work experience and internships; academic appointments; appointments; professional appointments;
        berufserfahrung; berufserfahrungen; berufliche erfahrung; berufliche erfahrungen; beruflicher werdegang; werdegang; praxiserfahrung;
        praktische erfahrung; berufliche stationen; beruflicher hintergrund; arbeitserfahrung; praktika; berufspraxis; berufstätigkeit;
        anstellungen; expérience; expériences; expérience professionnelle; expériences professionnelles; parcours professionnel; emplois;
        parcours; stages; experiencia; experiencia laboral; experiencia profesional; trayectoria profesional; historial laboral;
        experiencias; esperienza professionale; berufliche tätigkeit; berufliche tätigkeiten; berufliche praxis; experiences professionnelles""",
    "education": """where i learned; where i studied; what i've learned; what i learned; my education; my studies; learning; schule und ausbildung;
        schulen; mes études; mis estudios; educación y formación; education; educational background; academic background; academic qualifications; education and training;
        educational qualifications; educational qualification; academic history; academic profile; education and qualifications; schooling;
        qualifications; qualification; academics; education details; academic education; studies; education and certifications;
        degrees; education and courses; training and education; ausbildung; bildung; bildungsweg; schulbildung; studium; akademische ausbildung;
        ausbildung und studium; schule und studium; schulischer werdegang; akademischer werdegang; hochschulbildung; bildungsgang; schule;
        studium und ausbildung; aus und weiterbildung; ausbildung und weiterbildung; formation; formations; formation académique; études;
        diplômes; formation et diplômes; parcours académique; parcours scolaire; scolarité; cursus; formación; formación académica; educación;
        estudios; formación y estudios; titulación; formación reglada; education history; diplômes et formations; academic credentials""",
    "skills": """what i can do; what i do; what i know; what i'm good at; toolbox; my skills; was ich kann; das kann ich; mes compétences; mis habilidades;
        lo que sé hacer; skills; skill; technical skills; core skills; key skills; professional skills; skill set; skillset; skills summary; core competencies;
        competencies; competences; key competencies; areas of expertise; expertise; technical expertise; technologies; technology; tools;
        technical proficiencies; computer skills; it skills; software skills; software; core qualifications; highlights; skill highlights;
        technical knowledge; technical summary; skills and technologies; skills and abilities; abilities; strengths; key strengths; soft skills;
        hard skills; programming languages; programming; tech stack; skills and tools; skills and expertise; core strengths; specialties; proficiencies;
        tools and technologies; areas of knowledge; skills and competencies; fields; additional skills; other skills; special skills; knowledge;
        technical competencies; personal skills; skills and interests; technical background; operating systems; professional strengths; stack;
        kenntnisse; fähigkeiten; fachkenntnisse; kompetenzen; edv kenntnisse; it kenntnisse; technische kenntnisse; kenntnisse und fähigkeiten;
        kernkompetenzen; besondere kenntnisse; qualifikationen; computerkenntnisse; weitere kenntnisse; stärken; technologien; schwerpunkte;
        compétences; compétences techniques; compétences clés; compétences informatiques; savoir faire; savoir être; connaissances; informatique;
        compétences professionnelles; logiciels; outils; aptitudes; atouts; competencias; habilidades; conocimientos; aptitudes; destrezas;
        habilidades técnicas; conocimientos informáticos; informática; competencias técnicas; competencias clave; skills profile; key skills and competencies""",
    "languages": """what i speak; languages i speak; was ich spreche; languages; language; language skills; spoken languages; foreign languages; languages spoken; linguistic skills; sprachen;
        sprachkenntnisse; fremdsprachen; sprache; langues; langues étrangères; compétences linguistiques; connaissances linguistiques; idiomas;
        lenguas; lenguajes; language proficiency; language competencies""",
    "certificates": """certifications; certification; certificates; certificate; licenses; licences; licenses and certifications; credentials;
        certifications and licenses; professional certifications; licensure; certifications and training; training and certifications;
        courses and certifications; certificates and courses; professional development; training; trainings; courses; continuing education;
        professional training; additional training; zertifikate; zertifizierungen; weiterbildung; weiterbildungen; fortbildungen; fortbildung;
        zertifikate und weiterbildungen; kurse; schulungen; seminare; certificats; formations complémentaires; formation continue; certificaciones;
        certificados; cursos; formación complementaria; formación adicional; cursos y certificaciones; technical certifications""",
    "projects": """projects; project; personal projects; academic projects; selected projects; key projects; side projects; project experience;
        open source; open source projects; projekte; projets; projets personnels; proyectos; research projects; relevant repositories; portfolio""",
    "volunteer": """volunteer; volunteering; volunteer experience; volunteer work; community service; community involvement; on campus involvement;
        extracurricular activities; extracurricular; leadership; activities; leadership and activities; ehrenamt; ehrenamtliches engagement;
        engagement; soziales engagement; bénévolat; vie associative; engagements; voluntariado; activities and leadership; civic activities""",
    "contact": """profiles; say hello; get in touch; reach me; find me; how to reach me; me contacter; mein kontakt; contact me; networks; contact; contact information; contact details; contact info; personal details; personal information; personal info; personal data;
        kontakt; kontaktdaten; persönliche daten; persönliche angaben; angaben zur person; coordonnées; informations personnelles; contacto;
        datos personales; datos de contacto; información personal; adresse; address; details; état civil; personalien; zur person""",
    "other": """background; personal; interests; hobbies; hobbies and interests; interests and hobbies; references; referees; reference; publications; publication;
        awards; awards and honors; honors; honours; honors awards; honors and awards; achievements; accomplishments; key achievements; patents;
        talks; invited talks; conferences; presentations; memberships; affiliations; professional affiliations; professional memberships;
        selected honors; awards and achievements; additional information; other; miscellaneous; selected publications; scholarships; links;
        interessen; hobbys; referenzen; publikationen; veröffentlichungen; auszeichnungen; sonstiges; mitgliedschaften; hobbys und interessen;
        interessen und hobbys; veröffentlichungen und vorträge; vorträge; freizeit; centres d'intérêt; centres d’intérêt; loisirs; intérêts; divers;
        références; prix; distinctions; récompenses; publicaciones; intereses; aficiones; premios; referencias; otros; otros datos; logros;
        información adicional; social media; social; additional; grants; honors and fellowships; fellowships; professional activities; events; research;
        research interests; service; teaching; memberships and affiliations; declaration; military service; social networks; welcome""",
}
_FILLERS = word_set(
    "relevant additional other further selected my related recent previous current and und et y & detailed core main full key the of"
)


def fold(text: str) -> str:
    """Lower case without accents or signs, single spaces: "Compétences & Outils:" becomes "competences outils"."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss").lower())
    letters = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join(letters.split())


# Names of sections that also head a part of each job; there they open no section.
_INNER_NAMES = """highlights; achievements; key achievements; accomplishments; technologies; technology; tools; stack; tech stack;
        skills; technical skills; courses; projects; key projects; project; activities; summary; overview; software;
        training; publications; awards; responsibilities; details; leadership; description; environment; erfolge; projekte;
        technologien; réalisations; projets; logros; proyectos; kenntnisse"""
WITHIN_ENTRIES = frozenset(map(fold, _INNER_NAMES.split(";")))
KINDS: dict[str, str] = {}
for _kind, _names in _NAMES.items():
    for _name in _names.split(";"):
        KINDS.setdefault(fold(_name), _kind)
_CORE = {
    " ".join(word for word in name.split() if word not in _FILLERS): kind
    for name, kind in reversed(KINDS.items())
    if len(name) > 4
}
_SPACED = re.compile(r"^(?:\w\s){3,}\w(?:\s{2,}(?:\w\s)*\w)*$")


@lru_cache(maxsize=8192)
def heading_kind(text: str) -> str:
    """Which section a heading opens, or "" when the text is no known heading."""
    stripped = re.sub(r"\s*\(\d{1,2}\)$", "", text.strip()).strip("•·*-–—|:_=#>»«").strip()
    if not 3 <= len(stripped) <= 48 or "@" in stripped or stripped.endswith((",", ".", ";")):
        return ""
    if _SPACED.match(stripped):
        stripped = "  ".join(word.replace(" ", "") for word in re.split(r"\s{2,}", stripped))
    folded = fold(re.sub(r"^(?:[\divx]{1,4}[.)]\s+)", "", stripped, flags=re.I))
    if folded in KINDS:
        return KINDS[folded]
    core = [word for word in folded.split() if word not in _FILLERS]
    if 1 <= len(core) <= 4:
        return _CORE.get(" ".join(core), "") or _joint_kind(stripped)
    return ""


def _joint_kind(text: str) -> str:
    """ "Education & Certifications", "Skills / Languages": the first of two known names counts."""
    parts = [fold(part) for part in re.split(r"\s*(?:&|/|,|\band\b|\bund\b|\bet\b|\by\b)\s*", text) if part.strip()]
    if len(parts) == 2 and all(part in KINDS for part in parts):
        return KINDS[parts[0]]
    return ""


def is_heading_text(text: str) -> bool:
    """A known section name that is written like one: it begins with a capital letter or a sign, or is all capitals."""
    first = next((c for c in text if c.isalpha()), "")
    return bool(first) and first.isupper() and bool(heading_kind(text))
