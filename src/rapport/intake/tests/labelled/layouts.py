"""A person as an HTML page, in the layouts that résumé makers print: one and two columns, tables, margins, icons, odd headings.

Each layout is a function of a person; `LAYOUTS` names it and says whether its dates have months. A browser prints them to PDF.
"""

from collections.abc import Callable
from html import escape as e

from rapport.intake.tests.labelled import dates
from rapport.intake.tests.labelled.people import Job, Person, School

HEADINGS = {
    "en": ("Summary", "Experience", "Education", "Skills", "Languages", "Certifications", "Contact"),
    "de": ("Profil", "Berufserfahrung", "Ausbildung", "Kenntnisse", "Sprachen", "Zertifikate", "Kontakt"),
    "fr": ("Profil", "Expérience professionnelle", "Formation", "Compétences", "Langues", "Certificats", "Coordonnées"),
    "es": ("Perfil", "Experiencia laboral", "Formación académica", "Competencias", "Idiomas", "Certificados", "Contacto"),
}  # fmt: skip
ODD_HEADINGS = {
    "en": ("Who I am", "Where I've been", "Where I learned", "What I can do", "What I speak", "Courses", "Say hello"),
    "de": ("Über mich", "Beruflicher Werdegang", "Schule und Studium", "Was ich kann", "Sprachkenntnisse", "Fortbildungen", "Persönliche Daten"),
    "fr": ("À propos de moi", "Parcours professionnel", "Études et diplômes", "Savoir-faire", "Langues étrangères", "Formations complémentaires", "Me contacter"),
    "es": ("Sobre mí", "Trayectoria profesional", "Estudios", "Habilidades", "Idiomas", "Cursos", "Datos personales"),
}  # fmt: skip
_CSS = """@page{size:A4;margin:14mm}*{box-sizing:border-box}body{font:10pt/1.35 'DejaVu Sans',Arial,sans-serif;margin:0;color:#222}h1{font-size:22pt;margin:0}
h2{font-size:12.5pt;margin:12pt 0 4pt}h3{font-size:10.5pt;margin:6pt 0 0}p{margin:2pt 0;overflow-wrap:anywhere}ul{margin:2pt 0 6pt;padding-left:14pt}.row{display:flex;justify-content:space-between}"""
Layout = Callable[[Person], str]


def page(body: str, css: str = "") -> str:
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><style>{_CSS}{css}</style></head><body>{body}</body></html>'
    )


def bullets(job: Job) -> str:
    return "<ul>" + "".join(f"<li>{e(line)}</li>" for line in job.lines) + "</ul>"


def contact_line(p: Person, sign: str = " | ") -> str:
    return f"<p>{sign.join(map(e, (p.email, p.phone, p.place, p.link)))}</p>"


def skills(p: Person) -> str:
    return f"<p>{e(', '.join(p.skills))}</p>"


def spoken(p: Person) -> str:
    return "<p>" + e(", ".join(f"{name} ({level})" for name, level in p.spoken)) + "</p>"


def certificates(p: Person) -> str:
    return "".join(f"<p>{e(name)}</p>" for name in p.certificates)


def degree(s: School) -> str:
    joint = " in " if s.degree.isascii() and s.degree not in ("Diplom", "Licence", "Master", "Grado") else ", "
    return f"{s.degree}{joint}{s.area}" if s.area else s.degree


def h(p: Person, index: int, odd: bool = False) -> str:
    return f"<h2>{e((ODD_HEADINGS if odd else HEADINGS)[p.language][index])}</h2>"


def tail(p: Person, odd: bool = False) -> str:
    return h(p, 3, odd) + skills(p) + h(p, 4, odd) + spoken(p) + h(p, 5, odd) + certificates(p)


def classic(p: Person) -> str:
    """Title, organisation and place in one line, dates at the right."""
    body = f"<div style='text-align:center'><h1>{e(p.name)}</h1>{contact_line(p)}</div>{h(p, 0)}<p>{e(p.summary)}</p>{h(p, 1)}"
    for j in p.jobs:
        body += f"<div class=row><span><b>{e(j.title)}</b>, {e(j.organisation)}, {e(j.place)}</span><span>{dates.short_months(j.start, j.end, p.language)}</span></div>{bullets(j)}"
    body += h(p, 2)
    for s in p.schools:
        body += f"<div class=row><span><b>{e(s.name)}</b>, {e(degree(s))}</span><span>{s.start} – {s.end}</span></div>"
    return page(body + tail(p), "h2{border-bottom:1px solid #333;text-transform:uppercase}")


def company_first(p: Person) -> str:
    """Organisation and place on the first line, title and dates on the second."""
    body = f"<h1>{e(p.name)}</h1>{contact_line(p, ' · ')}{h(p, 1)}"
    for j in p.jobs:
        body += f"<div class=row><b>{e(j.organisation)}</b><span>{e(j.place)}</span></div><div class=row><i>{e(j.title)}</i><i>{dates.long_months(j.start, j.end, p.language)}</i></div>{bullets(j)}"
    body += h(p, 2)
    for s in p.schools:
        body += f"<div class=row><b>{e(s.name)}</b><span>{s.start} - {s.end}</span></div><p><i>{e(degree(s))}</i></p>"
    return page(body + tail(p), "body{font-family:'DejaVu Serif',serif}")


def dates_left(p: Person) -> str:
    """Dates in a left margin, title above organisation."""
    body = f"<h1>{e(p.name)}</h1>{contact_line(p)}{h(p, 1)}"
    for j in p.jobs:
        body += f"<div class=e><div>{dates.slashes(j.start, j.end, p.language)}</div><div><b>{e(j.title)}</b><p>{e(j.organisation)}, {e(j.place)}</p>{bullets(j)}</div></div>"
    body += h(p, 2)
    for s in p.schools:
        body += f"<div class=e><div>{s.start} – {s.end}</div><div><b>{e(degree(s))}</b><p>{e(s.name)}</p></div></div>"
    return page(body + tail(p), ".e{display:grid;grid-template-columns:36mm 1fr;gap:4mm}")


def _side(p: Person) -> str:
    lines = "".join(f"<p>{e(text)}</p>" for text in (p.email, p.phone, p.place, p.link))
    listed = "".join(f"<p>{e(skill)}</p>" for skill in p.skills)
    tongues = "".join(f"<p>{e(name)} – {e(level)}</p>" for name, level in p.spoken)
    return f"{h(p, 6)}{lines}{h(p, 3)}{listed}{h(p, 4)}{tongues}"


def _main(p: Person) -> str:
    body = f"{h(p, 0)}<p>{e(p.summary)}</p>{h(p, 1)}"
    for j in p.jobs:
        body += f"<h3>{e(j.title)}</h3><p>{e(j.organisation)} | {e(j.place)} | {dates.short_months(j.start, j.end, p.language)}</p>{bullets(j)}"
    body += h(p, 2)
    for s in p.schools:
        body += f"<h3>{e(degree(s))}</h3><p>{e(s.name)} | {s.start} – {s.end}</p>"
    return body + h(p, 5) + certificates(p)


def sidebar_left(p: Person) -> str:
    """A dark column at the left with name and contact, the jobs at the right."""
    body = f"<div class=g><div class=s><h1>{e(p.name)}</h1>{_side(p)}</div><div class=m>{_main(p)}</div></div>"
    return page(
        body,
        ".g{display:grid;grid-template-columns:62mm 1fr}.s{background:#234;color:#fff;padding:6mm}.s h1{font-size:18pt}.m{padding:0 6mm}",
    )


def sidebar_right(p: Person) -> str:
    """A narrow column at the right under a band with the name."""
    body = f"<h1>{e(p.name)}</h1><p>{e(p.jobs[0].title)}</p><div class=g><div>{_main(p)}</div><div class=s>{_side(p)}</div></div>"
    return page(body, ".g{display:grid;grid-template-columns:1fr 52mm;gap:8mm}.s{font-size:9pt}")


def table(p: Person) -> str:
    """Rows of a table: dates, then organisation and title in one cell."""
    body = f"<h1>{e(p.name)}</h1><table><tr><td>E-Mail</td><td>{e(p.email)}</td></tr><tr><td>Tel.</td><td>{e(p.phone)}</td></tr><tr><td></td><td>{e(p.place)}</td></tr></table>{h(p, 1)}<table>"
    for j in p.jobs:
        body += f"<tr><td>{dates.dots(j.start, j.end, p.language)}</td><td><b>{e(j.organisation)}</b>, {e(j.place)}<br>{e(j.title)}{bullets(j)}</td></tr>"
    body += f"</table>{h(p, 2)}<table>"
    for s in p.schools:
        body += f"<tr><td>{s.start} - {s.end}</td><td><b>{e(s.name)}</b><br>{e(degree(s))}</td></tr>"
    return page(body + "</table>" + tail(p), "td{vertical-align:top;padding:2pt 8pt 2pt 0}td:first-child{width:42mm}")


def icons(p: Person) -> str:
    """Signs before contact points and dates; dates under the title."""
    body = f"<h1>{e(p.name)}</h1><p>✉ {e(p.email)} &nbsp; ☎ {e(p.phone)} &nbsp; ⌂ {e(p.place)} &nbsp; 🔗 {e(p.link)}</p>{h(p, 1)}"
    for j in p.jobs:
        body += f"<h3>{e(j.title)}</h3><p><b style='color:#27a'>{e(j.organisation)}</b></p><p style='font-size:9pt'>📅 {dates.tight_slashes(j.start, j.end, p.language)} &nbsp;&nbsp;&nbsp; 📍 {e(j.place)}</p>{bullets(j)}"
    body += h(p, 2)
    for s in p.schools:
        body += f"<h3>{e(degree(s))}</h3><p><b style='color:#27a'>{e(s.name)}</b></p><p style='font-size:9pt'>📅 {s.start} – {s.end}</p>"
    return page(body + tail(p), "h2{color:#27a}")


def capitals(p: Person) -> str:
    """Name and headings in capitals, spaced; one line with bars for a job."""
    body = f"<h1>{e(p.name.upper())}</h1>{contact_line(p, '  •  ')}{h(p, 0)}<p>{e(p.summary)}</p>{h(p, 1)}"
    for j in p.jobs:
        body += f"<p><b>{e(j.title)} | {e(j.organisation)} | {dates.short_months(j.start, j.end, p.language)}</b></p>{bullets(j)}"
    body += h(p, 2)
    for s in p.schools:
        body += f"<p><b>{e(degree(s))} | {e(s.name)} | {s.start} – {s.end}</b></p>"
    return page(
        body + tail(p), "h1{letter-spacing:3pt}h2{text-transform:uppercase;letter-spacing:2.5pt;font-size:11pt}"
    )


def google(p: Person) -> str:
    """ "Organisation, Place — Title", dates in capitals on the line below; skills in a right column."""
    body = f"<div class=g><div><h1>{e(p.name)}</h1><p>{e(p.summary)}</p>{h(p, 1)}"
    for j in p.jobs:
        body += f"<h3>{e(j.organisation)}, <span style='font-weight:400'>{e(j.place)} — <i>{e(j.title)}</i></span></h3><p style='font-size:8pt;color:#666'>{dates.capital_months(j.start, j.end, p.language)}</p>{bullets(j)}"
    body += h(p, 2)
    for s in p.schools:
        body += f"<h3>{e(s.name)} — <i style='font-weight:400'>{e(degree(s))}</i></h3><p style='font-size:8pt;color:#666'>{s.start} - {s.end}</p>"
    listed = "".join(f"<p>{e(skill)}</p>" for skill in p.skills)
    side = (
        f"<p>{e(p.place)}</p><p><b>{e(p.phone)}</b></p><p><b>{e(p.email)}</b></p>{h(p, 3)}{listed}{h(p, 4)}{spoken(p)}"
    )
    return page(
        body + f"</div><div>{side}</div></div>",
        ".g{display:grid;grid-template-columns:1fr 48mm;gap:10mm}h2{color:#2a6;text-transform:uppercase;font-size:9pt}",
    )


def date_above(p: Person) -> str:
    """Dates on a line of their own above the title; since-forms for what lasts; odd headings."""
    body = f"<h1>{e(p.name)}</h1>{contact_line(p)}{h(p, 0, True)}<p>{e(p.summary)}</p>{h(p, 1, True)}"
    for j in p.jobs:
        body += f"<p style='color:#777'>{dates.since(j.start, j.end, p.language)}</p><h3 style='margin:0'>{e(j.title)}</h3><p>{e(j.organisation)}</p>{bullets(j)}"
    body += h(p, 2, True)
    for s in p.schools:
        body += (
            f"<p style='color:#777'>{s.start} – {s.end}</p><h3 style='margin:0'>{e(degree(s))}</h3><p>{e(s.name)}</p>"
        )
    return page(body + tail(p, True))


def in_brackets(p: Person) -> str:
    """ "Title, Organisation (2019 – 2021)" with years only."""
    body = f"<h1>{e(p.name)}</h1>{contact_line(p)}{h(p, 1)}"
    for j in p.jobs:
        body += (
            f"<p><b>{e(j.title)}</b>, {e(j.organisation)} ({dates.years(j.start, j.end, p.language)})</p>{bullets(j)}"
        )
    body += h(p, 2)
    for s in p.schools:
        body += f"<p><b>{e(degree(s))}</b>, {e(s.name)} ({s.start} – {s.end})</p>"
    return page(body + tail(p))


def grouped(p: Person) -> str:
    """The organisation alone on a line, under it the title with two-digit years and a place."""
    body = f"<h1>{e(p.name)}</h1>{contact_line(p)}{h(p, 1)}"
    for j in p.jobs:
        body += f"<h3>{e(j.organisation)}</h3><div class=row><span>{e(j.title)} <i>({e(j.place)})</i></span><span>{dates.two_digits(j.start, j.end, p.language)}</span></div>{bullets(j)}"
    body += h(p, 2)
    for s in p.schools:
        body += f"<h3>{e(s.name)}</h3><div class=row><span>{e(degree(s))}</span><span>{s.start} – {s.end}</span></div>"
    return page(body + tail(p))


def halves(p: Person) -> str:
    """Two columns of equal width: jobs at the left, the rest at the right; text in place of bullets."""
    left = h(p, 1)
    for j in p.jobs:
        left += (
            f"<h3>{e(j.title)}</h3><p>{e(j.organisation)}, {e(j.place)}</p><p><i>{dates.short_months(j.start, j.end, p.language)}</i></p>"
            + "".join(f"<p>{e(line)}</p>" for line in j.lines)
        )
    right = h(p, 2)
    for s in p.schools:
        right += f"<h3>{e(degree(s))}</h3><p>{e(s.name)}</p><p><i>{s.start} – {s.end}</i></p>"
    return page(
        f"<h1>{e(p.name)}</h1>{contact_line(p)}<div class=g><div>{left}</div><div>{right}{tail(p)}</div></div>",
        ".g{display:grid;grid-template-columns:1fr 1fr;gap:10mm}",
    )


def tabular_german(p: Person) -> str:
    """Labels and values ("Name: …"), dates at the left in ISO months, title and organisation parted by a comma."""
    rows = "".join(
        f"<tr><td>{label}</td><td>{e(value)}</td></tr>"
        for label, value in (("Name:", p.name), ("E-Mail:", p.email), ("Telefon:", p.phone), ("Adresse:", p.place))
    )
    body = f"<h1>{'Curriculum Vitae' if p.language != 'de' else 'Lebenslauf'}</h1><table>{rows}</table>{h(p, 1)}<table>"
    for j in p.jobs:
        body += f"<tr><td>{dates.iso_months(j.start, j.end, p.language)}</td><td>{e(j.title)}, <b>{e(j.organisation)}</b>, {e(j.place)}</td></tr><tr><td></td><td>{bullets(j)}</td></tr>"
    body += f"</table>{h(p, 2)}<table>"
    for s in p.schools:
        body += f"<tr><td>{s.start} – {s.end}</td><td>{e(degree(s))}, <b>{e(s.name)}</b></td></tr>"
    return page(body + "</table>" + tail(p), "td{vertical-align:top;padding:2pt 8pt 2pt 0}td:first-child{width:46mm}")


def profile_export(p: Person) -> str:
    """As networks export a profile: organisation, title, dates with a length, place, one under the other; degree and years in one line."""
    side = f"{h(p, 6)}<p>{e(p.phone)}</p><p>{e(p.email)}</p><p>{e(p.link)}</p>{h(p, 3)}" + "".join(
        f"<p>{e(skill)}</p>" for skill in p.skills
    )
    side += h(p, 4) + "".join(f"<p>{e(name)} ({e(level)})</p>" for name, level in p.spoken)
    body = f"<h1>{e(p.name)}</h1><p>{e(p.jobs[0].title)}</p><p>{e(p.place)}</p>{h(p, 0)}<p>{e(p.summary)}</p>{h(p, 1)}"
    length = {"en": "2 years 3 months", "de": "2 Jahre 3 Monate", "fr": "2 ans 3 mois", "es": "2 años 3 meses"}[
        p.language
    ]
    for j in p.jobs:
        body += f"<p style='font-size:11.5pt'>{e(j.organisation)}</p><p>{e(j.title)}</p><p style='color:#666'>{dates.long_months(j.start, j.end, p.language)} ({length})</p><p style='color:#666'>{e(j.place)}</p>"
        body += "".join(f"<p>{e(line)}</p>" for line in j.lines) + "<br>"
    body += h(p, 2)
    for s in p.schools:
        body += f"<p style='font-size:11.5pt'>{e(s.name)}</p><p>{e(degree(s))} · ({s.start} - {s.end})</p>"
    css = ".g{display:grid;grid-template-columns:60mm 1fr}.s{background:#234;color:#fff;padding:6mm}.m{padding:0 8mm}h2{font-weight:400}h1{font-weight:400}"
    return page(f"<div class=g><div class=s>{side}</div><div class=m>{body}</div></div>", css)


LAYOUTS: dict[str, tuple[Layout, bool]] = {
    layout.__name__: (layout, layout is not in_brackets)
    for layout in (
        classic, company_first, dates_left, sidebar_left, sidebar_right, table, icons, capitals, google, date_above, in_brackets, grouped, halves, tabular_german, profile_export,
    )
}  # fmt: skip
