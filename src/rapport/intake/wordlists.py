"""Word lists written as text, which reads better than a column of quoted words."""


def word_set(text: str) -> frozenset[str]:
    """The words of a text, parted by blanks."""
    return frozenset(text.split())
