from rapport.intake.review_text import Piece, cut_text


def span(field: str, start: int, end: int) -> dict:
    return {"field": field, "start": start, "end": end}


def test_words_read_into_two_fields_belong_to_both() -> None:
    evidence = [span("work[0].startDate", 5, 16), span("work[0].endDate", 5, 16)]
    assert cut_text("Lead 2019 - 2021 x", evidence) == [
        Piece("Lead "),
        Piece("2019 - 2021", "work[0].startDate work[0].endDate", is_mark=True),
        Piece(" x"),
    ]


def test_a_skill_inside_a_paragraph_is_a_mark_and_the_paragraph_is_not() -> None:
    evidence = [span("work[0].summary", 0, 14), span("skills[3].name", 5, 11)]
    assert cut_text("Uses Python ok", evidence) == [
        Piece("Uses ", "work[0].summary"),
        Piece("Python", "skills[3].name work[0].summary", is_mark=True),
        Piece(" ok", "work[0].summary"),
    ]


def test_spans_outside_the_text_are_left_out_and_nothing_is_lost() -> None:
    text = "Mina Okafor"
    pieces = cut_text(text, [span("a", 20, 30), span("b", 4, 4), span("c", 5, 99)])
    assert "".join(piece.text for piece in pieces) == text
    assert pieces == [Piece("Mina "), Piece("Okafor", "c", is_mark=True)]
    assert cut_text("", []) == []
