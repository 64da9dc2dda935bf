"""Who wants to know: the reactions that apps declare in their reactions.py."""

from collections.abc import Callable, Iterator, Sequence

from rapport.activity.models import Activity

BatchHandler = Callable[[list[Activity]], None]
_handlers: dict[str, tuple[frozenset[str], BatchHandler]] = {}


def on(*verbs: str) -> Callable[[Callable[[Activity], None]], Callable[[Activity], None]]:
    """Call the function for each activity with one of these verbs; it must be safe to repeat."""

    def declare(function: Callable[[Activity], None]) -> Callable[[Activity], None]:
        def each(activities: list[Activity]) -> None:
            for activity in activities:
                function(activity)

        _add(f"{function.__module__}.{function.__qualname__}", verbs, each)
        return function

    return declare


def on_batch(*verbs: str) -> Callable[[BatchHandler], BatchHandler]:
    """Call the function once with all activities of a batch that have one of these verbs ("*" means every verb)."""

    def declare(function: BatchHandler) -> BatchHandler:
        _add(f"{function.__module__}.{function.__qualname__}", verbs, function)
        return function

    return declare


def handlers_for(activities: Sequence[Activity]) -> Iterator[tuple[str, BatchHandler, list[Activity]]]:
    """(name, handler, the activities it asked for), for each handler that asked for any of them."""
    for name, (verbs, handler) in sorted(_handlers.items()):
        matching = [activity for activity in activities if "*" in verbs or activity.verb in verbs]
        if matching:
            yield name, handler, matching


def wanted_verbs() -> set[str]:
    """All verbs that some reaction asks for."""
    return set().union(*(verbs for verbs, _ in _handlers.values())) - {"*"} if _handlers else set()


def _add(name: str, verbs: Sequence[str], handler: BatchHandler) -> None:
    _handlers[name] = (frozenset(verbs), handler)
