"""python -m rapport: the same as the rapport command."""

from rapport.config.cli import main

main()
