"""The parts of a résumé by their headings, in English, German, French and Spanish."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from statistics import median_low

from rapport.intake.document import Line
from rapport.intake.periods import has_date
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
_WITHIN_ENTRIES = frozenset(map(fold, _INNER_NAMES.split(";")))
_KINDS: dict[str, str] = {}
for _kind, _names in _NAMES.items():
    for _name in _names.split(";"):
        _KINDS.setdefault(fold(_name), _kind)
_CORE = {
    " ".join(word for word in name.split() if word not in _FILLERS): kind
    for name, kind in reversed(_KINDS.items())
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
    if folded in _KINDS:
        return _KINDS[folded]
    core = [word for word in folded.split() if word not in _FILLERS]
    if 1 <= len(core) <= 4:
        return _CORE.get(" ".join(core), "") or _joint_kind(stripped)
    return ""


def _joint_kind(text: str) -> str:
    """ "Education & Certifications", "Skills / Languages": the first of two known names counts."""
    parts = [fold(part) for part in re.split(r"\s*(?:&|/|,|\band\b|\bund\b|\bet\b|\by\b)\s*", text) if part.strip()]
    if len(parts) == 2 and all(part in _KINDS for part in parts):
        return _KINDS[parts[0]]
    return ""


def is_heading_text(text: str) -> bool:
    """A known section name that is written like one: it begins with a capital letter or a sign, or is all capitals."""
    first = next((c for c in text if c.isalpha()), "")
    return bool(first) and first.isupper() and bool(heading_kind(text))


_RUN_IN_KINDS = ("work", "education", "skills", "languages", "summary", "certificates")


def part_headings(lines: Sequence[Line]) -> list[Line]:
    """Lines with section names on lines of their own, where a name was run into its text ("EDUCATION Example University", "Work experience  04/2020").

    Only for sections that have no heading line. The blank behind the name becomes the line's end, so that a text's offsets stay.
    """
    present = {_line_kind(line) for line in lines}
    result: list[Line] = []
    for line in lines:
        cut = _run_in_cut(line.text, present)
        if cut:
            bold = tuple((max(0, a - cut - 1), b - cut - 1) for a, b in line.bold if b > cut + 1)
            result.append(
                replace(line, text=line.text[:cut], bold=((0, cut),) if line.bold and line.bold[0][0] == 0 else ())
            )
            result.append(replace(line, text=line.text[cut + 1 :], bold=bold, is_heading=False))
        else:
            result.append(line)
    return result


def _run_in_cut(text: str, present: set[str]) -> int:
    """Where the name of a missing section ends at the beginning of a line; 0 when none stands there."""
    for match in _run_in_names(text):
        name, gap = match.group("name"), match.group("gap")
        kind = _KINDS.get(fold(name), "")
        if kind not in _RUN_IN_KINDS or kind in present or "\t" in text[: match.end()]:
            continue
        rest = text[match.end() :]
        is_shouted = name.isupper() and len(name) > 3 and not rest.split(" ")[0].isupper()
        is_apart = (
            len(gap) > 1 and (":" not in gap or kind in ("work", "education")) and fold(name) not in _WITHIN_ENTRIES
        )
        is_before_dates = kind in ("work", "education") and rest[:1].isdigit() and has_date(rest[:12])
        if is_shouted or is_apart or is_before_dates:
            return match.end("name") + (1 if gap.startswith(":") else 0)
    return 0


def _run_in_names(text: str) -> list[re.Match[str]]:
    """The beginnings of a line that could be names, longest first."""
    found = []
    for words in (4, 3, 2, 1):
        match = re.match(
            rf"(?P<name>[A-ZÀ-Þ][\w'’&/-]*(?: [\w'’&/-]+){{{words - 1}}})(?P<gap>\s{{2,}}|:\s+|\s)(?=[A-ZÀ-Þ\d.(+#])",
            text,
        )
        if match:
            found.append(match)
    return found


@dataclass(frozen=True, slots=True)
class Section:
    """A run of lines under one heading: `first` to `last` (exclusive) are line numbers without the heading itself."""

    kind: str
    title: str
    first: int
    last: int


def split_sections(lines: Sequence[Line]) -> list[Section]:
    """Sections in order; what stands above the first heading is the section "head".

    Besides the known names, a line set like the known headings (size, bold, capitals) opens a section "other". Where names are unusual
    ("My story so far"), lines of one style that stands out are headings too; `classify` tells later what their sections hold.
    """
    found = [index for index, line in enumerate(lines) if _is_known_heading(line)]
    known = _without_inner(lines, found)
    styles = _heading_styles([lines[index] for index in known])
    body_size = median_low([line.size for line in lines if line.text] or [0.0])
    if len(known) < 2:
        styles |= _standing_out(lines, body_size)
    inner = set(found) - set(known)
    start = min(known, default=0)
    sections: list[Section] = []
    kind, title, first = "head", "", 0
    allowed = styles
    for index, line in enumerate(lines):
        new = _line_kind(line) if index in known else ""
        if (
            not new
            and index not in inner
            and index > start
            and _looks_like_heading(line, allowed, body_size)
            and not has_date(lines[index - 1].text)
        ):
            new = "other"
        if new:
            sections.append(Section(kind, title, first, index))
            kind, title, first = new, line.text.strip(), index + 1
            # Employers may be set like a small heading elsewhere, never like the heading of the jobs themselves.
            allowed = styles & {_style(line)} if kind in ("work", "education", "projects") else styles
    sections.append(Section(kind, title, first, len(lines)))
    return sections


def _without_inner(lines: Sequence[Line], known: list[int]) -> list[int]:
    """Known names less those that head a part of each job ("Highlights", "Technologies"): repeated, or set smaller than the jobs' heading."""
    texts = [fold(lines[index].text) for index in known]
    main = [lines[index].size for index in known if _line_kind(lines[index]) in ("work", "education")]
    kept, inside = [], False
    for index, text in zip(known, texts, strict=True):
        is_small = bool(main) and lines[index].size < 0.93 * min(main)
        if inside and text in _WITHIN_ENTRIES and (texts.count(text) > 1 or is_small):
            continue
        inside = _line_kind(lines[index]) in ("work", "education", "projects", "volunteer")
        kept.append(index)
    return kept


def _standing_out(lines: Sequence[Line], body_size: float) -> frozenset[tuple[float, bool, bool]]:
    """The most prominent style of at least three short lines that nearly all have text of another style below them."""
    counted: dict[tuple[float, bool, bool], int] = {}
    for line, below in pairwise(lines):
        if _is_short(line.text) and (not below.text or _style(below) != _style(line)):
            counted[_style(line)] = counted.get(_style(line), 0) + 1
    wanted = [
        style
        for style, count in counted.items()
        if 3 <= count <= 12 and (style[0] > 1.12 * body_size or style[2] or (style[1] and not body_size))
    ]
    return frozenset(sorted(wanted, reverse=True)[:1])


def _is_known_heading(line: Line) -> bool:
    return bool(_line_kind(line))


_TELLING = {
    "work": word_set(
        "experience experiences expirience experiance employment career berufserfahrung werdegang expérience experiencia"
    ),
    "education": word_set("education studies schooling ausbildung bildung studium formación estudios"),
    "skills": word_set(
        "skills competencies competences kenntnisse kompetenzen fähigkeiten compétences competencias habilidades"
    ),
    "languages": word_set("languages sprachen sprachkenntnisse langues idiomas"),
}
_NO_HEADING = word_set(
    "designer manager engineer developer specialist lead director consultant user customer programming with of in"
)


def _line_kind(line: Line) -> str:
    """The kind of a known heading; also of a line set like one that begins or ends with a telling word ("Experience and participated projects:")."""
    text = line.text.strip()
    if "\t" in text:
        return ""
    if is_heading_text(text):
        return heading_kind(text)
    words = fold(text).split()
    is_set_apart = text.isupper() or text.endswith(":") or line.is_heading
    if (
        not is_set_apart
        or not 2 <= len(words) <= 5
        or any(word in _NO_HEADING for word in words)
        or any(c.isdigit() or c in ",@" for c in text)
    ):
        return ""
    return next((kind for kind, telling in _TELLING.items() if words[0] in telling or words[-1] in telling), "")


def _style(line: Line) -> tuple[float, bool, bool]:
    letters = [c for c in line.text if c.isalpha()]
    return (round(line.size), line.is_all_bold, bool(letters) and all(c.isupper() for c in letters))


def _heading_styles(headings: Sequence[Line]) -> frozenset[tuple[float, bool, bool]]:
    styles = [_style(line) for line in headings]
    return frozenset(style for style in styles if styles.count(style) >= 2)


def _looks_like_heading(line: Line, styles: frozenset[tuple[float, bool, bool]], body_size: float) -> bool:
    """Set exactly like at least two known headings, and larger than the text or in capitals: a bold job title does not pass."""
    if not _is_short(line.text):
        return False
    style = _style(line)
    stands_out = line.is_heading or style[2] or style[0] > 1.12 * body_size
    return style in styles and stands_out and (style[0] > 0 or style[1]) and len(line.text.split()) <= 5


def _is_short(text: str) -> bool:
    text = text.strip()
    return 3 <= len(text) <= 40 and "\t" not in text and not any(c.isdigit() for c in text) and text[-1:] not in ".,;"
