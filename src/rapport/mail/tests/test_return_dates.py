from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.mail.return_dates import returns_on

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("I am out of office until 5 December", "2026-12-05"),
        ("back on 03.12.", "2026-12-03"),
        ("I will return to the office on Tuesday, December 1st", "2026-12-01"),
        ("I'm away from December 1 through December 12, 2026", "2026-12-13"),
        ("travelling on July 10-31.", "2027-08-01"),
        ("returning 12/1/2026", "2026-12-01"),
        ("out until 2026-12-31", "2026-12-31"),
        ("I will be back on Monday", "2026-11-30"),
        ("back tomorrow", "2026-11-24"),
        ("Ich bin bis zum 11. Dezember nicht im Büro und ab dem 14.12. wieder erreichbar.", "2026-12-14"),
        ("Vom 24.11. bis 04.12. bin ich im Urlaub", "2026-12-05"),
        ("am 7. Dezember bin ich wieder da", "2026-12-07"),
        ("Je suis absent jusqu'au 3 janvier 2027 inclus", "2027-01-04"),
        ("à partir du 7 décembre je serai de retour", "2026-12-07"),
        ("Estaré fuera de la oficina hasta el 10 de diciembre. Vuelvo el 11 de diciembre.", "2026-12-11"),
        ("Del 1 al 9 de diciembre estaré de vacaciones", "2026-12-10"),
        ("Thank you, we got your mail of 23.11.2026", None),
        ("until further notice", None),
        ("back on 31.02.", None),
        ("back on Monday 7 December", "2026-12-07"),
        ("Ich bin bis einschließlich 3.1. im Urlaub", "2027-01-04"),
        ("I will be out of the office from 1 December to 7 December.", "2026-12-08"),
        ("I am on annual leave and will be back in the office on the 7th.", "2026-12-07"),
        ("I'll be back Monday, Dec 7th.", "2026-12-07"),
        ("Returning on Wednesday 2nd December 2026.", "2026-12-02"),
        ("I am currently out of the office with limited access to email, returning Monday 30 November.", "2026-11-30"),
        ("I'm out of office today and back tomorrow.", "2026-11-24"),
        ("I am out of the office this week and will return next week.", "2026-11-30"),
        ("For urgent matters call 24/7 support. I am back on 1 December.", "2026-12-01"),
        ("I am on maternity leave until March 2027.", None),
        ("Out from 12/1 - 12/18.", "2026-12-19"),
        ("Je suis en congé du 1er au 12 décembre.", "2026-12-13"),
        ("Je serai de retour le lundi 14 décembre 2026.", "2026-12-14"),
        ("Je suis absente jusqu'au 11/12 et de retour le 14/12.", "2026-12-14"),
        ("Sono in ferie fino al 7 dicembre compreso.", "2026-12-08"),
        ("Sarò fuori ufficio dal 1 al 7 dicembre. Rientrerò l'8 dicembre.", "2026-12-08"),
        ("Estarei ausente até 4 de dezembro. Regresso a 7 de dezembro.", "2026-12-07"),
        ("Ik ben afwezig t/m 4 december.", "2026-12-05"),
        ("Ik ben weer bereikbaar vanaf maandag 7 december.", "2026-12-07"),
        ("Jestem na urlopie do 4 grudnia. Wracam 7 grudnia.", "2026-12-07"),
        ("Jestem nieobecny do 4.12.2026 włącznie.", "2026-12-05"),
        ("Jsem na dovolené do 4. prosince, zpět budu 7. prosince.", "2026-12-07"),
        ("Jeg er på ferie til og med 4. december.", "2026-12-05"),
        ("Jeg er tilbage mandag den 7. december.", "2026-12-07"),
        ("Jag är på semester t.o.m. 4 december och tillbaka den 7 december.", "2026-12-07"),
        ("Jeg er tilbake på kontoret 7. desember.", "2026-12-07"),
        ("Olen lomalla 4.12. asti. Palaan töihin 7.12.", "2026-12-07"),
        ("Я в отпуске до 4 декабря. Вернусь 7 декабря.", "2026-12-07"),
        ("Меня не будет с 1 по 4 декабря.", "2026-12-05"),
        ("12月1日から12月4日まで休暇をいただいております。", "2026-12-05"),
        ("12月7日(月)より出社いたします。", "2026-12-07"),
        ("我将于12月7日返回办公室。", "2026-12-07"),
        ("12월 4일까지 휴가입니다. 12월 7일 복귀합니다.", "2026-12-07"),
        ("I left the company on 1 November 2026. Please contact Dana.", None),
        ("Our office is closed on 25 December and 26 December.", None),
        ("I'm at a conference from Monday to Wednesday.", "2026-11-26"),
        ("Ich bin vom 23.11.-27.11.2026 nicht erreichbar.", "2026-11-28"),
        ("Ab 1.12. bin ich in Elternzeit.", None),
        ("I joined on 1 May. Please expect a reply within 2 days.", None),
        ("I am back before 5 December.", None),
        ("Ich bin ab Montag, 30.11., wieder für Sie da.", "2026-11-30"),
        ("Ich kehre am 30. November zurück.", "2026-11-30"),
        ("I will be out Thursday and Friday, 11/26 and 11/27, returning Monday 11/30.", "2026-11-30"),
        ("Meeting on 3 December moved. I am away until 10 December.", "2026-12-10"),
        (
            "I'll be out of the office until January 4th, 2027. If you need help before then email dana@example.org",
            "2027-01-04",
        ),
        ("Ik ben tot 7 december met vakantie", "2026-12-07"),
        ("We received your application on 23 November and will answer by 7 December.", None),
        ("I will respond when I'm back in the office on Mon 30 Nov.", "2026-11-30"),
        ("Thanks for your email. I'm away 1-12 December.", "2026-12-13"),
        (
            "Wegen Betriebsferien bleibt unser Büro vom 21. Dezember 2026 bis 3. Januar 2027 geschlossen. Ab dem 4. Januar sind wir wieder für Sie da.",
            "2027-01-04",
        ),
        ("Hi, I'm on PTO through Friday, November 27th and will respond when I return on Monday.", "2026-11-30"),
        ("I will be out of office starting 11/24/2026 and will return on 11/30/2026.", "2026-11-30"),
        ("I will be out of the office starting  24/11/2026 and will not return until 30/11/2026.", "2026-11-30"),
        ("Ich werde ab  24.11.2026 nicht im Büro sein. Ich kehre zurück am 30.11.2026.", "2026-11-30"),
        ("I'm away from my desk between 24 and 27 November.", "2026-11-28"),
        (
            "Ich bin bis zum 27.11. nicht erreichbar. In dringenden Fällen erreichen Sie meine Kollegin unter 030 1234567.",
            "2026-11-27",
        ),
        ("Ich bin erst wieder am 1. Dezember im Büro.", "2026-12-01"),
        ("Ab 1. Dezember bin ich wieder erreichbar.", "2026-12-01"),
        ("Bin zurück am Mo, 30. Nov.", "2026-11-30"),
        ("Actuellement en congés, je serai de retour au bureau le 30/11/2026.", "2026-11-30"),
        ("Je suis absent du 24/11/2026 au 27/11/2026 inclus.", "2026-11-28"),
        ("Actualmente estoy de vacaciones hasta el 30/11. Responderé a mi vuelta.", "2026-11-30"),
        ("Estaré fuera de la oficina del 24 al 27 de noviembre, ambos inclusive.", "2026-11-28"),
        ("Sono assente dal 24/11 al 27/11.", "2026-11-28"),
        ("Estou de férias de 24/11 a 27/11/2026.", "2026-11-28"),
        ("Ik ben op vakantie van 24 november tot en met 27 november.", "2026-11-28"),
        ("Ik ben maandag 30 november weer aanwezig.", "2026-11-30"),
        ("Przebywam na urlopie w dniach 24-27.11.2026.", "2026-11-28"),
        ("W dniach od 24 do 27 listopada jestem nieobecny.", "2026-11-28"),
        ("Jag är tillbaka på måndag.", "2026-11-30"),
        ("Jeg er på ferie frem til 30. november", "2026-11-30"),
        ("Jsem mimo kancelář od 24.11. do 27.11.2026.", "2026-11-28"),
        ("Буду в офисе 30 ноября.", None),
        ("Я вернусь в понедельник, 30 ноября.", "2026-11-30"),
        ("11月24日〜27日は休暇をいただきます。", None),
        ("我从11月24日到11月27日休假。", "2026-11-28"),
        ("本人于11月24日至11月27日休假，11月30日恢复上班。", "2026-11-30"),
        ("I am out of the office and will be checking mail sporadically.", None),
        ("I'm out sick today.", None),
        ("I will be back in 2 weeks.", "2026-12-07"),
        ("Back in the office in one week", "2026-11-30"),
        ("I'm travelling for two weeks.", None),
        ("I will be out of the office the week of November 23, returning Nov. 30.", "2026-11-30"),
        ("I am on leave from 16 Nov 2026 to 20 Nov 2026", None),
        ("I'll be back on Dec 1 (or Dec 2 if flights are late).", "2026-12-01"),
        ("I will be returning to work on 12/1. Dana will be back on 12/5.", None),
        ("Out of office until 9am Tuesday", "2026-11-24"),
        ("I'll be back in the office at 10:30 on Tuesday.", "2026-11-24"),
        ("Hello, I have left the office for the day and will be back tomorrow, 24 November.", "2026-11-24"),
        ("Away until January 4. Emails will not be read.", "2027-01-04"),
        ("Away until Jan 4th 2027.", "2027-01-04"),
        ("OOO till 30-11-2026", "2026-11-30"),
        ("OOO: back 30/11", "2026-11-30"),
        ("Closed from 24th December through 1st January inclusive.", "2027-01-02"),
        ("I'm on parental leave and will return in March 2027.", None),
        ("Ich bin voraussichtlich am 30.11. wieder im Büro", "2026-11-30"),
        ("In der Zeit vom 24.11. bis einschließlich 27.11. bin ich nicht im Haus.", "2026-11-28"),
        ("bis inkl. 27.11.2026", "2026-11-28"),
        ("bis 27.11.2026 (einschließlich)", "2026-11-28"),
        ("We will get back to you in 2 days.", None),
        (
            "Our office is closed for Thanksgiving on November 26 and 27. Normal operations resume on November 30.",
            "2026-11-30",
        ),
    ],
)
def test_the_first_day_back_is_read(text, day):
    found = returns_on(text, MONDAY)
    assert (found.isoformat() if found else None) == day


@pytest.mark.parametrize(
    ("text", "sent_on", "offset", "day"),
    [
        ("I am out until 5/1", date(2026, 12, 20), 0, "2027-01-05"),  # the other would be four months off
        ("I am out until 5/1", date(2026, 12, 20), -300, "2027-05-01"),
        ("I am out until 5/1", date(2026, 12, 20), 330, "2027-01-05"),
        ("Je suis absent jusqu'au 5/1", date(2026, 12, 20), -300, "2027-01-05"),
        ("I am out until 4/5", date(2026, 3, 1), None, None),  # both may well be meant
        ("I am out until 4/5", date(2026, 3, 1), 60, "2026-05-04"),
        ("I am out until Sunday 4/5/2026", date(2026, 3, 1), None, "2026-04-05"),
        ("Out from 30/11, back on 7/12", date(2026, 11, 20), None, "2026-12-07"),
        ("Out from 11/30, back on 12/7", date(2026, 11, 20), None, "2026-12-07"),
    ],
)
def test_day_and_month_are_told_apart_or_left_alone(text, sent_on, offset, day):
    found = returns_on(text, sent_on, offset)
    assert (found.isoformat() if found else None) == day


@pytest.mark.parametrize(
    ("text", "day"), [("back on 7 December 2026", "2026-12-07"), ("back on 7 December", None), ("back on Monday", None)]
)
def test_without_the_messages_date_only_full_dates_count(text, day):
    found = returns_on(text, None)
    assert (found.isoformat() if found else None) == day


@given(st.dates(date(2026, 11, 24), date(2027, 9, 1)))
@settings(deadline=None)
def test_every_day_ahead_is_read_in_every_form(day):
    for form in (
        f"{day.day} {day:%B} {day.year}",
        f"{day:%B} {day.day}",
        f"{day.day}.{day.month}.{day.year}",
        day.isoformat(),
    ):
        assert returns_on(f"I will be back on {form}.", MONDAY) == day
        assert returns_on(f"I am away through {form}.", MONDAY).toordinal() == day.toordinal() + 1


@given(st.text(max_size=400))
@settings(deadline=None)
def test_no_text_makes_it_fail(text):
    found = returns_on(f"back on {text}", MONDAY)
    assert found is None or found >= MONDAY
