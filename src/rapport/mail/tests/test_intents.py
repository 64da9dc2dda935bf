from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.real_data import folder

from rapport.mail.intents import KINDS, come_back_on, read_intent

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "kind", "day"),
    [
        ("Yes, gladly.", "interested", None),
        ("Sounds great, I'd love to hear more. Thursday works for me.", "interested", None),
        ("Thanks Rita! I'm interested. What is the salary range?", "interested", None),
        ("Is this position remote?", "question", None),
        ("What is the salary?", "question", None),
        ("Could you send me the job description?", "question", None),
        ("Thanks for reaching out, but I'm not interested.", "not_interested", None),
        ("No thanks.", "not_interested", None),
        ("I'm very happy in my current role, all the best!", "not_interested", None),
        ("I'm not looking right now, but please get in touch again in March.", "not_now", "2027-03-01"),
        ("Not at the moment. Maybe in six months?", "not_now", "2027-05-23"),
        ("The timing isn't right for me; please check back next year.", "not_now", "2027-01-01"),
        ("I can't move before 1 April 2027, so not right now.", "not_now", "2027-04-01"),
        (
            "I'm not interested, but my colleague Dana Smith might be. Her address is dana@example.org.",
            "referral",
            None,
        ),
        ("I know someone who would be a great fit: Dana Smith.", "referral", None),
        ("I have forwarded your message to a friend.", "referral", None),
        ("You should contact Dana instead: dana@example.org", "referral", None),
        ("Thank you, received.", "other", None),
        ("I will have a look.", "other", None),
        ("OK", "other", None),
        ("", "other", None),
        ("Klingt spannend! Ich würde gerne mehr erfahren.", "interested", None),
        (
            "Vielen Dank, aber ich habe derzeit kein Interesse. Melden Sie sich gerne im Juni wieder.",
            "not_now",
            "2027-06-01",
        ),
        ("Ich bin nicht interessiert.", "not_interested", None),
        ("Nein danke", "not_interested", None),
        ("Wie hoch ist das Gehalt?", "question", None),
        ("Eine Kollegin von mir könnte passen, sie sucht gerade etwas Neues.", "referral", None),
        ("Je suis intéressé par votre offre, pouvons-nous en parler ?", "interested", None),
        ("Merci, mais je ne suis pas intéressée.", "not_interested", None),
        ("Pas pour le moment, recontactez-moi dans trois mois.", "not_now", "2027-02-23"),
        ("Quel est le salaire ?", "question", None),
        ("Me interesa mucho la oferta.", "interested", None),
        ("No, gracias.", "not_interested", None),
        ("De momento no busco nada, quizá más adelante.", "not_now", None),
        ("No me interesa", "not_interested", None),
        ("Sono interessata, mi piacerebbe saperne di più.", "interested", None),
        ("No grazie", "not_interested", None),
        ("Al momento non cerco lavoro, mi ricontatti a marzo.", "not_now", "2027-03-01"),
        ("Estou interessado na vaga.", "interested", None),
        ("Não tenho interesse.", "not_interested", None),
        ("Klinkt goed, graag hoor ik meer.", "interested", None),
        ("Op dit moment niet, misschien volgend jaar.", "not_now", "2027-01-01"),
        ("Geen interesse", "not_interested", None),
        ("I've accepted another offer.", "not_interested", None),
        ("I would like to withdraw my application.", "not_interested", None),
        ("Please find attached my CV.", "other", None),
        ("Attached is my CV.", "interested", None),
        ("I'm on a project until the end of Q2 2027. Let's keep in touch!", "not_now", "2027-07-01"),
        ("I will pass.", "not_interested", None),
        ("I'll pass it on to my team.", "referral", None),
        ("I'm free on Tuesday at 3pm.", "interested", None),
        ("It's not a good fit for me.", "not_interested", None),
        ("How about Friday?", "question", None),
        ("I wouldn't say I'm not interested.", "other", None),
        ("Not now, ask me again at the end of March.", "not_now", "2027-04-01"),
        ("Not right now, write to me in January.", "not_now", "2027-01-01"),
        ("Please send me more details.", "interested", None),
    ],
)
def test_what_a_reply_wants(text, kind, day):
    found = read_intent(text, MONDAY)
    assert (found.kind, found.date.isoformat() if found.date else None) == (kind, day)


def test_the_deciding_sentence_is_told():
    text = "Hello Rita, thanks for your message. I am happy where I am. Is it remote, by the way?"
    assert read_intent(text).sentence == "I am happy where I am."
    assert read_intent("Thank you.").sentence == ""


@pytest.mark.parametrize(
    ("sentence", "day"),
    [
        ("in two weeks", "2026-12-07"),
        ("in 3 months", "2027-02-23"),
        ("in half a year", "2027-05-23"),
        ("next month", "2026-12-01"),
        ("next quarter", "2027-01-01"),
        ("next year", "2027-01-01"),
        ("in Q3", "2027-07-01"),
        ("in Q3 2028", "2028-07-01"),
        ("in February", "2027-02-01"),
        ("im Juni 2027", "2027-06-01"),
        ("after 15 January", "2027-01-15"),
        ("nächstes Jahr", "2027-01-01"),
        ("l'année prochaine", "2027-01-01"),
        ("in January 2020", None),
        ("some day", None),
    ],
)
def test_when_to_come_back(sentence, day):
    found = come_back_on(sentence, MONDAY)
    assert (found.isoformat() if found else None) == day
    assert come_back_on(sentence, None) is None


def test_a_month_that_lacks_the_day_ends_earlier():
    assert come_back_on("in one month", date(2027, 1, 31)) == date(2027, 2, 28)
    assert come_back_on("in 13 months", date(2026, 12, 31)) == date(2028, 1, 31)


@given(st.text(max_size=300))
@settings(deadline=None)
def test_no_text_makes_it_fail(text):
    assert read_intent(text, MONDAY).kind in KINDS
    assert read_intent(f"Not now, in {text} months", MONDAY).kind in KINDS


@pytest.mark.real_data
def test_real_sentences_that_ask_for_something_are_mostly_named_so():
    """Office mail, labelled with whether a sentence asks or proposes something; measured precision 0.76, recall 0.47."""
    path = folder("mail/intent") / "src/resources/testSet-qualifiedBatch-fixed.txt"
    rows = [line.split("\t", 1) for line in path.read_text(encoding="utf-8", errors="replace").splitlines()]
    named = [
        (row[0] == "Yes")
        for row in rows
        if len(row) == 2 and read_intent(row[1]).kind in ("interested", "question", "referral")
    ]
    assert sum(named) / len(named) >= 0.72
    assert sum(named) / sum(row[0] == "Yes" for row in rows) >= 0.42
