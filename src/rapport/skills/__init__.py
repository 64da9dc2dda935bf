"""The vocabulary: skills, aliases, relations; finding them in text."""
