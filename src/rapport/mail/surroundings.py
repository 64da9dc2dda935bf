"""What the pages of templates show of apps above, which tell it here, so that mail need not know them."""

from collections.abc import Callable

Departments = Callable[[], list[str]]
_departments: list[Departments] = []


def add_departments(listed: Departments) -> None:
    """Let an app say which departments there are."""
    if listed not in _departments:
        _departments.append(listed)


def list_departments() -> list[str]:
    """The names of all departments, in order."""
    return sorted({name for listed in _departments for name in listed()}, key=str.lower)
