"""Numbered pages: which one it is, and which rows stand on it."""

import pytest

from rapport.lib.numbered import NumberedPage, start_of


@pytest.mark.parametrize(
    ("wanted", "total", "page", "before"),
    [(1, 0, 1, 0), (1, 120, 1, 0), (3, 120, 3, 100), (4, 120, 3, 100), (0, 120, 1, 0), (-5, 120, 1, 0), (2, 50, 1, 0)],
)
def test_the_nearest_page_is_shown(wanted, total, page, before):
    assert start_of(wanted, total, 50) == (page, before)


@pytest.mark.parametrize(
    ("count", "total", "before", "first", "last", "has_next"),
    [(50, 120, 0, 1, 50, True), (20, 120, 100, 101, 120, False), (0, 0, 0, 0, 0, False), (50, 50, 0, 1, 50, False)],
)
def test_a_page_knows_its_place(count, total, before, first, last, has_next):
    page = NumberedPage(list(range(count)), total, 1, before)
    assert (page.first, page.last, page.has_next) == (first, last, has_next)
