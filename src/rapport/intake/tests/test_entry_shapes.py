"""Headings of entries as pages really set them: wrapped, dated over two lines, bulleted, in margins, run into their section's name."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from rapport.intake.document import Line, build_document
from rapport.intake.pieces import Piece
from rapport.intake.plain_text import read_html, text_document
from rapport.intake.reading_order import order_pages
from rapport.intake.resume import parse_resume

TODAY = date(2026, 11, 23)


def parse_lines(*lines: Line | str) -> dict[str, Any]:
    made = [line if isinstance(line, Line) else Line(line, x=40, size=10) for line in lines]
    return parse_resume(build_document("pdf", made), TODAY).as_json()


def parse_text(*lines: str) -> dict[str, Any]:
    return parse_resume(text_document("text", "\n".join(lines)), TODAY).as_json()


def bold(text: str, size: float = 10) -> Line:
    return Line(text, x=40, size=size, bold=((0, len(text)),))


def jobs(resume: dict[str, Any]) -> list[tuple[str | None, ...]]:
    return [
        (
            job.get("position"),
            job.get("name"),
            job.get("startDate"),
            "present" if job.get("isCurrent") else job.get("endDate"),
        )
        for job in resume["work"]
    ]


def test_a_bold_heading_that_was_wrapped_is_read_as_one() -> None:
    resume = parse_lines(
        bold("EXPERIENCE", 14),
        bold("Harbour Analytics GmbH, Berlin — Head of Data"),
        bold("Engineering"),
        "JANUARY 2020 - PRESENT",
        Line("Built pipelines for boats", x=54, size=10),
    )

    assert jobs(resume) == [("Head of Data Engineering", "Harbour Analytics GmbH", "2020-01", "present")]
    (span,) = [e for e in resume["evidence"] if e["field"] == "work[0].position"]
    assert span["text"] == "Head of Data\nEngineering"


@pytest.mark.parametrize(
    ("first", "second", "dates"),
    [
        ("Jan 2019 –", "Present", ("2019-01", "present")),
        ("Jan 2019 –", "Mar 2021", ("2019-01", "2021-03")),
        ("2019", "2021", ("2019", "2021")),
        ("März 2013 – Dez.", "2016", ("2013-03", "2016-12")),
    ],
)
def test_dates_over_two_lines_are_one_period(first: str, second: str, dates: tuple[str, str]) -> None:
    resume = parse_text(
        "EXPERIENCE",
        f"Analyst, Nordlicht AG\t{first}",
        f"\t{second}" if second == "2016" else second,
        "• Counted boats",
    )

    assert jobs(resume)[0][2:] == dates


def test_an_entry_whose_heading_has_a_bullet_of_its_own() -> None:
    heading = Line("• Nordlicht AG\tBremen, Germany", x=36, size=10, bold=((2, 14),))
    text = Line("◦ Counted boats in the harbour", x=60, size=9)
    resume = parse_lines(bold("Experience", 12), heading, Line("Data Analyst\tOct 2016 – Present", x=47, size=9), text)

    assert jobs(resume) == [("Data Analyst", "Nordlicht AG", "2016-10", "present")]
    assert resume["work"][0]["location"] == "Bremen, Germany"


def test_a_title_with_a_comma_keeps_it_where_the_organisation_follows() -> None:
    resume = parse_text(
        "EXPERIENCE", "VP, Operations\t2020 – 2022", "Quillon, Bremen, Germany", "• led", "", "Sales Manager\t2018 – 2020", "Vexa GmbH", "• sold"
    )  # fmt: skip

    assert [job[:2] for job in jobs(resume)] == [("VP, Operations", "Quillon"), ("Sales Manager", "Vexa GmbH")]


def test_names_that_head_a_part_of_every_job_open_no_section() -> None:
    part = ["• sailed", "Highlights", "• won"]
    resume = parse_text(
        "EXPERIENCE", "Analyst, Nordlicht AG\t2019 – 2021", *part, "Clerk, Vexa GmbH\t2017 – 2019", *part
    )

    assert [job[0] for job in jobs(resume)] == ["Analyst", "Clerk"]


def test_section_names_run_into_their_text_are_found() -> None:
    resume = parse_text(
        "Mina Okafor", "WORK EXPERIENCE Nordlicht AG  Data Analyst (2019  2021)", "Counted boats.", "EDUCATION University of Bremen  BSc (2012  2015)"
    )  # fmt: skip

    assert jobs(resume) == [("Data Analyst", "Nordlicht AG", "2019", "2021")]
    assert [(s["institution"], s["studyType"]) for s in resume["education"]] == [("University of Bremen", "BSc")]


def test_sections_with_unknown_names_are_told_by_their_content() -> None:
    resume = parse_lines(
        bold("Mina Okafor", 22), "", bold("The long road so far", 14), bold("Data Analyst"), "Nordlicht AG | 2019 – 2021", "",
        bold("The books I opened", 14), bold("BSc in Mathematics"), "University of Bremen | 2012 – 2015", "",
        bold("Things beside work", 14), "Boats, bees",
    )  # fmt: skip

    assert jobs(resume) == [("Data Analyst", "Nordlicht AG", "2019", "2021")]
    assert [s["institution"] for s in resume["education"]] == ["University of Bremen"]


def test_jobs_without_any_heading_are_found_but_not_sure() -> None:
    resume = parse_text("Mina Okafor", "Bremen", "", "Data Analyst, Nordlicht AG\t01/2019 – 03/2021", "• Counted boats")

    assert jobs(resume) == [("Data Analyst", "Nordlicht AG", "2019-01", "2021-03")]
    assert resume["confidence"]["work[0].position"] <= 0.5


def pieces(*rows: tuple[float, float, str]) -> list[Piece]:
    return [Piece(text, x, x + 5 * len(text), y, y + 10, y + 8) for x, y, text in rows]


def texts(pages: Sequence[Sequence[Piece]]) -> list[str]:
    return [line.text for line in order_pages(pages) if line.text]


def test_section_names_and_dates_in_the_margin_join_the_text_beside_them() -> None:
    page = pieces(
        (40, 100, "Name:"), (180, 100, "Mina Okafor"), (40, 140, "Experience"), (40, 170, "2019 – 2021"), (180, 170, "Data Analyst, Nordlicht AG"),
        (180, 190, "Counted boats in the harbour"), (40, 230, "Education"), (40, 260, "2012 – 2015"), (180, 260, "BSc, University of Bremen"),
    )  # fmt: skip

    assert texts([page]) == [
        "Name:\tMina Okafor", "Experience", "2019 – 2021\tData Analyst, Nordlicht AG", "Counted boats in the harbour", "Education",
        "2012 – 2015\tBSc, University of Bremen",
    ]  # fmt: skip


def test_lines_that_run_through_all_pages_are_left_out() -> None:
    def footed(number: int, text: str) -> list[Piece]:
        return pieces((40, 100, text), (40, 400, f"More about {text}"), (40, 780, f"Mina Okafor · Résumé · {number}"))

    assert texts([footed(1, "boats"), footed(2, "bees")]) == ["boats", "More about boats", "bees", "More about bees"]


def test_a_soft_hyphen_within_a_line_is_a_hyphen() -> None:
    assert texts([pieces((40, 100, "Sep 2023 \u00ad Mar 2024"))]) == ["Sep 2023 - Mar 2024"]


def test_boxes_side_by_side_on_a_page_are_parted() -> None:
    page = b"<html><body><div><b>Analyst</b>, Vexa<span></span></div><div><span>Nordlicht</span><span>2019 - 2021</span></div></body></html>"

    assert [line.text for line in read_html(page).lines if line.text] == ["Analyst, Vexa", "Nordlicht\t2019 - 2021"]
