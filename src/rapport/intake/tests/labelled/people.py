"""Invented people whose résumés are to be read: JSON Resume data that serves as the truth, in four languages, the same for a seed."""

import random
from dataclasses import dataclass, field
from typing import Any

LANGUAGES = ("en", "de", "fr", "es")
_SPOKEN = {
    "en": ("English", "German", "French", "Spanish", "Polish"), "de": ("Deutsch", "Englisch", "Französisch", "Spanisch", "Polnisch"),
    "fr": ("Français", "Anglais", "Allemand", "Espagnol", "Polonais"), "es": ("Español", "Inglés", "Alemán", "Francés", "Polaco"),
}  # fmt: skip
_LEVELS = {
    "en": ("Native", "Fluent", "B2", "Basic"), "de": ("Muttersprache", "fließend", "B2", "Grundkenntnisse"),
    "fr": ("langue maternelle", "courant", "B2", "notions"), "es": ("nativo", "fluido", "B2", "básico"),
}  # fmt: skip
FLUENCY = ("Native speaker", "Fluent", "Intermediate (B2)", "Beginner")
ENGLISH_NAMES = {
    "en": _SPOKEN["en"], "de": ("German", "English", "French", "Spanish", "Polish"),
    "fr": ("French", "English", "German", "Spanish", "Polish"), "es": ("Spanish", "English", "German", "French", "Polish"),
}  # fmt: skip
_NAMES = {
    "en": (
        "Amara Whitcombe", "Tobias O'Leary", "Priya Ramanathan", "Desmond van der Velde", "Siobhan Fairweather", "Kwame Asante-Boateng",
        "Ruth McAllister", "Hiroko Tanabe", "Leon Abernathy", "Noor El Masri", "Marguerite de la Cruz", "Bo Lindqvist",
    ),
    "de": ("Jonas Hagedorn", "Friederike von Altenau", "Mehmet Çelik", "Anneliese Großkopf", "Karl-Heinz Brömmel", "Svenja Öztürk-Lange"),
    "fr": ("Élodie Marchetti", "Jean-Baptiste Le Goff", "Aïcha Benhaddou", "Thibault de Kervadec", "Maëlle Rousselot"),
    "es": ("María José Echeverría", "Íñigo Zubizarreta", "Lucía Fernández del Pino", "Andrés Quintanilla", "Begoña Ruiz Mata"),
}  # fmt: skip
_PLACES = {
    "en": (
        ("Portland, OR", "+15035550142", "(503) 555-0142"), ("Leeds, United Kingdom", "+441134960371", "0113 496 0371"),
        ("Austin, Texas", "+15125550187", "512-555-0187"), ("Dublin, Ireland", "+35315550123", "+353 1 555 0123"),
        ("Toronto, ON", "+14165550119", "416.555.0119"), ("Melbourne, Australia", "+61370105550", "+61 3 7010 5550"),
    ),
    "de": (
        ("Hamburg", "+494066969123", "040 66969123"), ("50667 Köln", "+491701234567", "0170 / 1234567"), ("Wien, Österreich", "+43171234560", "+43 1 7123456-0"),
        ("Leipzig, Deutschland", "+4934190260123", "+49 (0) 341 90260123"),
    ),
    "fr": (("Lyon", "+33639981234", "06 39 98 12 34"), ("69003 Lyon, France", "+33199005678", "+33 1 99 00 56 78"), ("Nantes, France", "+33261910123", "02 61 91 01 23")),
    "es": (("Madrid, España", "+34910123456", "910 123 456"), ("Sevilla", "+34655123456", "655 12 34 56"), ("Bilbao, España", "+34944123456", "+34 944 12 34 56")),
}  # fmt: skip
_TITLES = {
    "en": (
        "Senior Software Engineer", "Warehouse Supervisor", "Registered Nurse", "Head of Customer Success", "Accounts Payable Clerk", "Product Designer",
        "Mathematics Teacher", "Data Analyst II", "Sous Chef", "Regional Sales Manager", "Civil Engineer", "Marketing Intern", "Founder & CEO",
        "Office Administrator", "Machine Learning Researcher", "VP, Operations", "Scrum Master", "Electrician", "Growth Lead", "Paralegal",
    ),
    "de": (
        "Projektleiter Hochbau", "Sachbearbeiterin Buchhaltung", "Softwareentwickler", "Gesundheits- und Krankenpfleger", "Teamleiterin Vertrieb", "Mechatroniker",
        "Werkstudent Marketing", "Einkäufer", "Referentin der Geschäftsführung", "Logistikplaner", "Fachinformatiker Systemintegration", "Bereichsleiter Einkauf",
    ),
    "fr": (
        "Développeuse web", "Chef de projet", "Infirmière", "Assistant commercial", "Responsable logistique", "Chargée de communication", "Comptable",
        "Ingénieur qualité", "Conseillère clientèle", "Stagiaire en marketing",
    ),
    "es": (
        "Desarrolladora de software", "Jefe de obra", "Enfermera", "Técnico de mantenimiento", "Responsable de tienda", "Analista de datos", "Auxiliar administrativo",
        "Ingeniera industrial", "Coordinador de proyectos", "Becario de marketing",
    ),
}  # fmt: skip
_ORGANISATIONS = {
    "en": (
        "Brightwater Logistics", "Quillfeather", "St. Aldhelm's Hospital", "Northgate Foods Ltd", "Vexel", "Cobalt & Finch LLP", "Harrowgate County Council",
        "Meridian Robotics, Inc.", "Oakhurst Academy", "Lumen Nine", "The Tin Kettle", "Parallax Studios", "Fernhill Analytics", "ABX", "University of Westmarch",
    ),
    "de": (
        "Nordlicht Energie GmbH", "Hansen & Söhne KG", "Klinikum Südstadt", "Brückner Maschinenbau AG", "Stadtwerke Altenau", "Fuchsbau Software", "Spedition Keller",
        "Universität Altmark", "Rotkehlchen Medien", "TÜV Altmark",
    ),
    "fr": ("Horizon Conseil", "Société Marbœuf", "CHU de Valmont", "Atelier Lumière", "Transports Garnier SARL", "Mairie de Valmont", "Pixelette", "Groupe Ardoise"),
    "es": ("Grupo Solana", "Construcciones Urbina S.L.", "Hospital San Telmo", "Talleres Ochoa", "Ayuntamiento de Valdemar", "Nubia Digital", "Mercados del Sur"),
}  # fmt: skip
_TOWNS = {
    "en": ("Portland, OR", "Leeds, UK", "Dublin, Ireland", "Boston, MA", "Austin, TX", "Remote"),
    "de": ("Hamburg", "Köln", "Leipzig", "Wien, Österreich", "Berlin"),
    "fr": ("Lyon", "Paris", "Nantes", "Toulouse, France"), "es": ("Madrid", "Sevilla", "Valencia, España", "Bilbao"),
}  # fmt: skip
_SENTENCES = {
    "en": (
        "Cut delivery times by 18% by planning routes anew.", "Led a team of seven and trained four newcomers.", "Introduced weekly reviews with the customers",
        "Built reports in SQL and Python for the board and for the three regional offices that had asked for them since the merger.", "Responsible for a budget of $2.4M",
        "Wrote the handbook that every new colleague reads in the first week, and kept it up to date.",
    ),
    "de": (
        "Verantwortlich für die Planung und Abwicklung von Aufträgen", "Einführung eines neuen Warenwirtschaftssystems (SAP) an drei Standorten",
        "Führung eines Teams von sechs Mitarbeitenden", "Erstellung von Auswertungen in Excel und Pflege der Stammdaten in enger Abstimmung mit dem Vertrieb",
    ),
    "fr": (
        "Gestion d'une équipe de cinq personnes", "Mise en place d'un nouvel outil de suivi des commandes", "Réduction des délais de livraison de 15 %",
        "Rédaction de rapports mensuels pour la direction et accompagnement des nouveaux collaborateurs pendant leur première année",
    ),
    "es": (
        "Gestión de un equipo de ocho personas", "Implantación de un nuevo sistema de pedidos", "Reducción de los plazos de entrega en un 12 %",
        "Elaboración de informes mensuales para la dirección y formación de los nuevos compañeros durante su primer año",
    ),
}  # fmt: skip
_SCHOOLS = {
    "en": (
        ("University of Westmarch", "BSc", "Computer Science"), ("Harrowgate College", "Bachelor of Arts", "English Literature"), ("Oregon Institute of Craft", "MBA", "Finance"),
        ("Trinity Hall University", "Master of Science", "Civil Engineering"), ("Lakeside Community College", "Associate Degree", "Nursing"), ("Kings University", "PhD", "Physics"),
    ),
    "de": (
        ("Universität Altmark", "Master of Science", "Wirtschaftsinformatik"), ("Hochschule Südstadt", "Bachelor of Engineering", "Maschinenbau"),
        ("Technische Universität Hafenstadt", "Diplom", "Bauingenieurwesen"), ("Gymnasium am See", "Abitur", ""),
    ),
    "fr": (("Université de Valmont", "Licence", "Informatique"), ("École supérieure de commerce de Valmont", "Master", "Marketing"), ("Lycée Voltaire", "Baccalauréat", "")),
    "es": (("Universidad de Valdemar", "Grado", "Ingeniería Informática"), ("Universidad Politécnica del Sur", "Máster", "Logística"), ("IES Valdemar", "Bachillerato", "")),
}  # fmt: skip
_SKILLS = {
    "en": ("Python", "SQL", "Project management", "Excel", "Docker", "Salesforce", "Figma", "Kubernetes", "Negotiation", "Public speaking", "JavaScript", "Budgeting"),
    "de": ("SAP", "Excel", "Python", "Projektmanagement", "AutoCAD", "SQL", "Scrum", "Java"),
    "fr": ("Excel", "Gestion de projet", "JavaScript", "SAP", "Photoshop", "SQL"),
    "es": ("Excel", "Gestión de proyectos", "AutoCAD", "SQL", "Java", "SAP"),
}  # fmt: skip
_SUMMARIES = {
    "en": "Curious generalist with a decade of steady work in small teams. I like clear goals, short meetings and things that last.",
    "de": "Zuverlässiger Teamplayer mit langjähriger Erfahrung in mittelständischen Betrieben und Freude an sauberer Arbeit.",
    "fr": "Personne curieuse et rigoureuse, avec dix ans de pratique dans des petites équipes et le goût du travail bien fait.",
    "es": "Persona curiosa y constante, con diez años de trabajo en equipos pequeños y gusto por las cosas bien hechas.",
}
_CERTIFICATES = {"en": ("First Aid at Work", "PRINCE2 Practitioner"), "de": ("Ausbildereignungsschein", "Staplerschein"), "fr": ("Permis cariste CACES",), "es": ("Carné de carretillero",)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Job:
    title: str
    organisation: str
    place: str
    start: tuple[int, int]
    end: tuple[int, int] | None
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class School:
    name: str
    degree: str
    area: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Person:
    """One invented person; `phone` is how it is written, `e164` what it means."""

    language: str
    name: str
    email: str
    phone: str
    e164: str
    place: str
    link: str
    summary: str
    jobs: tuple[Job, ...]
    schools: tuple[School, ...]
    skills: tuple[str, ...]
    spoken: tuple[tuple[str, str], ...]
    truth_spoken: tuple[tuple[str, str], ...]
    certificates: tuple[str, ...] = field(default=())


def make_person(seed: int, language: str = "") -> Person:
    """The person of a seed: two to four jobs, newest first, the first of them often current."""
    rng = random.Random(seed)  # people for tests
    language = language or LANGUAGES[seed % len(LANGUAGES)]
    name = rng.choice(_NAMES[language])
    place, e164, phone = rng.choice(_PLACES[language])
    handle = "".join(c for c in name.lower().replace("'", "").replace(" ", ".") if c.isascii())
    order = rng.sample(range(1, 5), 2)
    spoken = [0, *order]
    return Person(
        language, name, f"{handle}@example.org", phone, e164, place, f"linkedin.com/in/{handle.replace('.', '-')}", _SUMMARIES[language],
        _jobs(rng, language), _schools(rng, language), tuple(rng.sample(_SKILLS[language], 6)),
        tuple((_SPOKEN[language][i], _LEVELS[language][k]) for k, i in enumerate(spoken)),
        tuple((ENGLISH_NAMES[language][i], FLUENCY[k]) for k, i in enumerate(spoken)), _CERTIFICATES[language],
    )  # fmt: skip


def _jobs(rng: random.Random, language: str) -> tuple[Job, ...]:
    count = rng.randint(2, 4)
    titles, organisations = rng.sample(_TITLES[language], count), rng.sample(_ORGANISATIONS[language], count)
    jobs, year, month = [], 2026, rng.randint(1, 10)
    for index in range(count):
        end: tuple[int, int] | None = (year, month)
        if index == 0 and rng.random() < 0.7:
            end = None
        months = year * 12 + month - 1 - rng.randint(9, 50)
        start = (months // 12, months % 12 + 1)
        lines = tuple(rng.sample(_SENTENCES[language], rng.randint(1, 3)))
        jobs.append(Job(titles[index], organisations[index], rng.choice(_TOWNS[language]), start, end, lines))
        months -= rng.randint(1, 4)
        year, month = months // 12, months % 12 + 1
    return tuple(jobs)


def _schools(rng: random.Random, language: str) -> tuple[School, ...]:
    chosen, end, schools = rng.sample(_SCHOOLS[language], rng.randint(1, 2)), rng.randint(2008, 2014), []
    for name, degree, area in chosen:
        schools.append(School(name, degree, area, end - 3, end))
        end -= 3
    return tuple(schools)


def truth_of(person: Person, has_months: bool = True) -> dict[str, Any]:
    """What a reader should find, as JSON Resume; dates with the precision that the layout writes."""
    return {
        "basics": {"name": person.name, "email": person.email, "phone": person.e164},
        "work": [
            {"position": job.title, "name": job.organisation, "startDate": _iso(job.start, has_months), "endDate": _iso(job.end, has_months) if job.end else "present"}
            for job in person.jobs
        ],
        "education": [
            {"institution": s.name, "studyType": s.degree, "area": s.area, "startDate": str(s.start), "endDate": str(s.end)} for s in person.schools
        ],
        "skills": list(person.skills),
        "languages": list(person.truth_spoken),
    }  # fmt: skip


def _iso(day: tuple[int, int], has_months: bool) -> str:
    return f"{day[0]}-{day[1]:02}" if has_months else str(day[0])
