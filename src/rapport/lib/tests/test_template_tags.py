from datetime import UTC, datetime

import lucide
import pytest
import time_machine
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone


def render(source, **variables):
    return Template(source).render(Context(variables))


def test_an_icon_is_decoration_unless_it_has_a_label():
    assert 'aria-hidden="true"' in render('{% icon "mail" %}')
    assert 'role="img" aria-label="Mail"' in render('{% icon "mail" label="Mail" %}')
    assert render("{% icon name %}", name="") == ""


def test_a_label_cannot_break_out_of_its_attribute():
    assert 'aria-label="&quot;&gt;&lt;b&gt;"' in render('{% icon "mail" label=label %}', label='"><b>')


def test_an_unknown_icon_is_an_error_that_tests_find():
    with pytest.raises(lucide.IconDoesNotExist):
        render('{% icon "no-such-icon" %}')


def test_an_avatar_keeps_its_hue_when_the_name_changes():
    before = render('{% avatar "Amara Nwosu" 7 "s" %}')
    after = render('{% avatar "Amara Okafor" 7 "s" %}')
    assert before == '<span class="avatar hue-2 avatar-s" aria-hidden="true">AN</span>'
    assert after == before.replace("AN", "AO")


@time_machine.travel(datetime(2026, 11, 24, 23, 30, tzinfo=UTC), tick=False)
def test_near_date_follows_the_zone_of_the_reader():
    moment = datetime(2026, 11, 24, 23, 15, tzinfo=UTC)
    with timezone.override("Europe/Berlin"):
        shown = render("{{ moment|near_date }}", moment=moment)
    assert shown == '<time datetime="2026-11-25T00:15:00+01:00" title="Wed 25 Nov 2026, 00:15 CET">today</time>'


def test_dates_that_are_missing_are_a_dash():
    assert render("{{ a|near_date }}{{ a|ago }}{{ a|clock_time }}", a=None) == "–––"


def test_query_with_changes_one_parameter_and_keeps_the_others():
    request = RequestFactory().get("/candidates/?q=python&sort=name&after=abc")
    assert render('{% query_with sort="-name" after=None %}', request=request) == "?q=python&amp;sort=-name"


@pytest.mark.parametrize(("value", "width"), [(25, "50"), (None, "0"), (99, "100")])
def test_a_bar_is_a_share_and_never_longer_than_full(value, width):
    assert f'width="{width}"' in render("{% bar value 50 %}", value=value)


def test_a_sparkline_survives_no_values_and_equal_values():
    assert 'points=""' in render("{% sparkline values %}", values=[])
    assert 'points="2.0,18.0 64.0,18.0"' in render("{% sparkline values %}", values=[4, 4])


def test_a_component_gets_its_body_and_its_slots_and_not_those_of_another():
    shown = render(
        '{% component "dialog" id="outer" title="Outer" %}one{% slot "footer" %}<b>foot</b>{% endslot %}'
        '{% component "dialog" id="inner" title="Inner" %}two{% endcomponent %}{% endcomponent %}'
    )
    assert shown.count("<b>foot</b>") == 1
    assert shown.index('id="outer"') < shown.index('id="inner"') < shown.index("<b>foot</b>")


def test_a_component_escapes_what_it_is_given():
    assert "&lt;i&gt;" in render('{% component "dialog" id="a" title=title %}{% endcomponent %}', title="<i>")
