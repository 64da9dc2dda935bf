"""The demo company's imports: an old spreadsheet with a few errors, and résumés that wait to be looked at, one of them a scan."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random
from textwrap import wrap

from rapport.accounts.models import User
from rapport.activity.operations import record
from rapport.candidates.models import Candidate
from rapport.flows.demo import words
from rapport.flows.demo.company import Company
from rapport.flows.demo.pdf_files import scanned, two_columns
from rapport.flows.demo.people import slug
from rapport.flows.demo.roles import ROLES, Role
from rapport.intake import operations
from rapport.intake.activities import IMPORT_FINISHED, IMPORT_STARTED
from rapport.intake.models import Import, ImportRow
from rapport.lib.actors import COMMAND
from rapport.lib.ids import id_at

COLUMNS = ("Name", "E-mail", "Phone", "City", "Title", "Company")
MAPPING = ["full_name", "email", "phone", "place", "title", "organisation"]
CSV_PEOPLE = 90
NO_NAME = "This row has no name."
NO_ADDRESS = "“{value}” is not an e-mail address."
TORN = "This row has 9 cells, the header has 6. Is there a separator inside a cell that is not quoted?"
RESUMES = 6
LEVELS = ("native", "C1", "B2", "fluent")
LINE = 62
MOVED_PEOPLE = 40
MOVED_PRIVATE = "This candidate is private in Greenhouse, and nobody is private here. --with-private brings them in."
MOVED_LOST = "This candidate is neither in this export nor here. What the export has of them was left out: 1 notes."
TOKEN = "demo"  # noqa: S105 - names who works on the import


def tell_imports(company: Company, people: int, seed: int, now: datetime) -> None:
    """One CSV import that brought some of the first `people`, and one of résumés that is to be looked at."""
    rita = company.users["rita@example.org"]
    _tell_move(people)
    _tell_spreadsheet(rita, people, now)
    _read_resumes(rita, Random(f"{seed}/resumes"), now)


def _tell_move(people: int) -> None:
    """How the company moved in: the job and the first people of the system it had before, and who stayed behind there."""
    brought = list(Candidate.objects.order_by("id")[: min(MOVED_PEOPLE, people // 2)])
    if not brought:
        return
    at = brought[0].created_at - timedelta(days=1)
    left = {12: MOVED_PRIVATE, 25: MOVED_LOST}
    total = 1 + len(brought) + len(left)
    candidates = {"created": len(brought), "skipped": 1, "failed": 1}
    item = Import.objects.create(
        id=id_at(at), kind=Import.Kind.GREENHOUSE, state=Import.State.DONE, name="greenhouse-export", created_at=at,
        started_at=at, finished_at=at + timedelta(seconds=11), size_bytes=total * 2_310, format={"columns": ["Entry"]},
        row_count=total, position=total, created_count=1 + len(brought), skipped_count=1, failed_count=1,
        counts={"job": {"created": 1}, "candidate": candidates, "note": {"created": 2 * len(brought)},
                "document": {"created": 31, "missing": 4}, "event": {"created": 7 * len(brought)}},
    )  # fmt: skip
    rows = [ImportRow(source_import=item, number=1, name="Job 4156002: Dispatcher", state="created")]
    waiting = iter(brought)
    for number in range(2, total + 1):
        name = f"Candidate {53_880_000 + 37 * number}"
        if number in left:
            state = "skipped" if left[number] == MOVED_PRIVATE else "failed"
            rows.append(ImportRow(source_import=item, number=number, name=name, state=state, message=left[number]))
        else:
            person = next(waiting)
            rows.append(
                ImportRow(source_import=item, number=number, name=name, state="created", candidate_id=person.id)
            )
    ImportRow.objects.bulk_create(rows)
    subjects, told = {"import": item.id}, {"created": 1 + len(brought), "attached": 0, "skipped": 1, "failed": 1}
    record(IMPORT_STARTED, actor=COMMAND, subjects=subjects, data={"kind": item.kind, "name": item.name}, at=at)
    record(IMPORT_FINISHED, actor=COMMAND, subjects=subjects, data=told, at=item.finished_at)


def _tell_spreadsheet(user: User, people: int, now: datetime) -> None:
    """The rows of people who are there, as if this file had brought them, and four that could not be read."""
    brought = list(Candidate.objects.order_by("id")[: min(CSV_PEOPLE, people // 2)])
    if not brought:
        return
    at = brought[0].created_at
    wrong = {5: NO_NAME, 17: NO_ADDRESS.format(value="lena.hoffmann(at)example.org"), 18: TORN, 40: NO_NAME}
    wrong = {number: text for number, text in wrong.items() if number <= len(brought)}
    total = len(brought) + len(wrong)
    item = Import.objects.create(
        id=id_at(at), kind=Import.Kind.CSV, state=Import.State.DONE, name="old-applicants-2024.csv", created_by=user,
        created_at=at, started_at=at + timedelta(minutes=4), finished_at=at + timedelta(minutes=5), size_bytes=total * 94,
        format={"encoding": "cp1252", "delimiter": ";", "quote": '"', "columns": list(COLUMNS)}, mapping=MAPPING,
        options={"source": "Old spreadsheet", "tags": [], "owner_id": "", "review": False}, row_count=total, position=total,
        created_count=len(brought), failed_count=len(wrong),
    )  # fmt: skip
    rows, waiting = [], iter(brought)
    for number in range(2, total + 2):
        if number in wrong:
            rows.append(ImportRow(source_import=item, number=number, state="failed", message=wrong[number]))
            continue
        person = next(waiting)
        rows.append(
            ImportRow(
                source_import=item, number=number, name=person.full_name, state="created", candidate_id=person.id,
                needs_look=number == 23, message="The phone number was left out: it has too few digits." if number == 23 else "",
            )
        )  # fmt: skip
    ImportRow.objects.bulk_create(rows)
    subjects = {"import": item.id}
    record(IMPORT_STARTED, actor=user.actor, subjects=subjects, data={"kind": item.kind, "name": item.name}, at=at)
    counts = {"created": item.created_count, "attached": 0, "skipped": 0, "failed": item.failed_count}
    record(IMPORT_FINISHED, actor=user.actor, subjects=subjects, data=counts, at=item.finished_at)


def _read_resumes(user: User, dice: Random, now: datetime) -> None:
    """Résumés of people who are not in the pool, read like any other; nobody has looked at them yet. One is empty.

    The first is a PDF in two columns, the last but one a scan.
    """
    written = [_write(dice, number) for number in range(RESUMES + 1)]
    files = [_as_pdf(written[0]), *(_as_text(resume) for resume in written[1:RESUMES])]
    files += [("scan-0047.pdf", scanned(_as_pdf(written[RESUMES])[1])), ("scan-0048.pdf", b"")]
    item = operations.import_resume_files(
        actor=user.actor, name="Résumés of the job fair", files=[(name, partial(bytes, content)) for name, content in files],
        options={"source": "Job fair Berlin", "tags": ["knows the industry"], "review": True}, token=TOKEN,
    )  # fmt: skip
    at = now - timedelta(hours=7)
    Import.objects.filter(id=item.id).update(created_at=at, started_at=at, finished_at=at + timedelta(seconds=9))


@dataclass(frozen=True, slots=True)
class _Resume:
    """What a résumé says, each part as its lines."""

    name: str
    title: str
    contact: tuple[str, ...]
    profile: str
    jobs: tuple[tuple[str, str, str, str], ...]  # title, employer and place, dates, what was done
    education: tuple[str, str]
    certificate: str
    skills: tuple[str, ...]
    languages: tuple[str, ...]


def _write(dice: Random, number: int) -> _Resume:
    role: Role = dice.choice(ROLES)
    name = f"{dice.choice(words.GIVEN)} {dice.choice(words.FAMILY)}"
    city = dice.choice(words.CITIES)[0]
    known = [*role.core, *dice.sample(role.more, 2)]
    first, second = dice.sample(words.EMPLOYERS, 2)
    return _Resume(
        name, role.titles[2], (city, f"{slug(name)}.fair{number}@example.net", f"+44 7700 90{90 + number}21"),
        f"{role.titles[2]} who likes to finish what others have started.",
        (
            (role.titles[2], f"{first} GmbH, {city}", "03/2020 - present", dice.choice(role.work).format(a=known[0], b=known[1])),
            (role.titles[1], f"{second} AG, {city}", "09/2015 - 02/2020", dice.choice(role.work).format(a=known[2], b=known[3])),
        ),
        (f"{dice.choice(words.DEGREES)} {role.field}, {dice.choice(words.SCHOOLS)}", "2011 - 2015"),
        "Project management, Chamber of Industry, 2019", tuple(known),
        tuple(f"{language} ({dice.choice(LEVELS)})" for language in dice.sample(words.LANGUAGES, 2)),
    )  # fmt: skip


def _as_text(resume: _Resume) -> tuple[str, bytes]:
    lines = [resume.name, resume.title, " | ".join(resume.contact), "", "Profile", resume.profile, "", "Experience"]
    for title, employer, dates, done in resume.jobs:
        lines += [f"{title}, {employer}", dates, f"- {done}", ""]
    lines += ["Education", *resume.education, "", "Skills", ", ".join(resume.skills), ""]
    lines += ["Languages", ", ".join(resume.languages)]
    return f"{_stem(resume)}.txt", "\n".join(lines).encode()


def _as_pdf(resume: _Resume) -> tuple[str, bytes]:
    side = ["#Contact", *resume.contact, "#Skills", *resume.skills, "#Languages", *resume.languages]
    main = ["#Profile", *wrap(resume.profile, LINE), "#Experience"]
    for title, employer, dates, done in resume.jobs:
        main += [
            f"*{title}",
            employer,
            dates,
            *(f"{'-' if at == 0 else ' '} {row}" for at, row in enumerate(wrap(done, LINE))),
            "",
        ]
    main += ["#Education", *wrap(resume.education[0], LINE), resume.education[1], "#Certificates", resume.certificate]
    return f"{_stem(resume)}.pdf", two_columns([resume.name, resume.title], side, main)


def _stem(resume: _Resume) -> str:
    return slug(resume.name).replace(".", "-")
