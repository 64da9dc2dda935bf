"""Texts with merge fields: `{{ first_name }}`, or `{{ first_name | "there" }}` with a fallback for people without one.

`[[a sentence about their work]]` is a placeholder: a person writes there for each reader. It is a field without fallback
whose name keeps its brackets, so that a text with an open one cannot be rendered, and cannot be sent.

`{{ snippet:about_us }}` puts in a text of that name when the text is compiled, which is shortly before it is sent.

A text may have the few marks of markup.py. It is compiled once and rendered for many people. It knows only the fields it was
compiled with, and only these forms: no attributes, filters, loops or code. Whatever else stands between double braces is refused with its position.
"""

import difflib
import html
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from rapport.lib.errors import InvalidInput
from rapport.mail.markup import MARK, marked_html, marked_text

_BRACES = re.compile(r"\{\{|\}\}|\{%|%\}|\[\[")
_PLACEHOLDER = re.compile(r"\[\[[ \t]*([^\[\]{}\s](?:[^\[\]{}\n]{0,198}[^\[\]{}\s])?)[ \t]*\]\]")
_SNIPPET = re.compile(r"\{\{\s*snippet\s*:\s*([A-Za-z][A-Za-z0-9_]{0,59})\s*\}\}", re.IGNORECASE)
_FIELD = re.compile(
    r"""\{\{ \s* (?P<name>[A-Za-z_][A-Za-z0-9_]*) \s*
        (?: \| \s* (?: "(?P<double>[^"{}\n]*)" | '(?P<single>[^'{}\n]*)' | “(?P<curly>[^”{}\n]*)” ) \s* )? \}\}""",
    re.VERBOSE,
)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ue000\ud800-\udfff]")


_HREF = re.compile(r'<a href="(https?://[^"]*)"([^<>]*)>')


NO_SNIPPETS: Mapping[str, str] = {}
MAX_IN_TEXT, MAX_IN_SNIPPET, MAX_DEPTH = 20, 5, 3


class Shape(StrEnum):
    """What a text becomes: one line (a subject), plain text, or the HTML that shows that text."""

    LINE = "line"
    TEXT = "text"
    HTML = "html"


class TemplateProblem(InvalidInput):
    """A text cannot be compiled; `line` and `column` count from 1."""

    def __init__(self, message: str, *, line: int, column: int) -> None:
        self.line, self.column, self.said = line, column, message
        super().__init__(f"Line {line}, column {column}: {message}")


class MissingValues(InvalidInput):
    """A person has no value for fields without a fallback: this text cannot go to them."""

    def __init__(self, names: Collection[str]) -> None:
        self.names = tuple(names)
        fields = [name.replace("_", " ") for name in self.names if not is_placeholder(name)]
        problems = [f"No value for {', '.join(fields)}, and the text has no fallback"] if fields else []
        if labels := [label_of(name) for name in self.names if is_placeholder(name)]:
            problems.append(f"To be filled in: {quoted(labels)}")
        super().__init__(". ".join(problems))


def is_placeholder(name: str) -> bool:
    """Whether a field's name is that of a placeholder."""
    return name.startswith("[[")


def label_of(name: str) -> str:
    """What a placeholder asks for."""
    return name.removeprefix("[[").removesuffix("]]")


def quoted(labels: Collection[str]) -> str:
    return ", ".join(f"“{label}”" for label in labels)


def open_placeholders(text: str) -> list[str]:
    """What a finished text still asks somebody to fill in; "[[" for brackets that are not closed."""
    found = [" ".join(label.split()) for label in _PLACEHOLDER.findall(text)]
    if "[[" in _PLACEHOLDER.sub("", text):
        found.append("[[")
    return list(dict.fromkeys(found))


def without_controls(value: str) -> str:
    """A value without control characters, and without the mark that stands for a field."""
    return _CONTROLS.sub("", value)


def without_marks(value: str) -> str:
    """A value that neither fields nor placeholders can be read from, for texts that people go on writing."""
    for mark in ("{{", "}}", "{%", "%}", "[["):
        value = value.replace(mark, f"{mark[0]} {mark[1]}")
    return value


@dataclass(frozen=True, slots=True)
class Field:
    """A merge field in a text; `fallback` is None where there is none."""

    name: str
    fallback: str | None


@dataclass(frozen=True, slots=True)
class CompiledText:
    """Fixed parts with fields between them: parts[0], fields[0], parts[1] … so there is one part more than fields."""

    shape: Shape
    parts: tuple[str, ...]
    fields: tuple[Field, ...]

    def render(self, values: Mapping[str, str]) -> str:
        """The text for one person. Raises MissingValues where a field is empty and has no fallback."""
        pieces = [self.parts[0]]
        missing: list[str] = []
        for field, part in zip(self.fields, self.parts[1:], strict=True):
            value = values.get(field.name) or field.fallback
            if value is None:
                missing.append(field.name)
            else:
                pieces += (_fitted(value, self.shape), part)
        if missing:
            raise MissingValues(dict.fromkeys(missing))
        return "".join(pieces)


def with_followed_links(compiled: CompiledText) -> tuple[CompiledText, dict[str, str]]:
    """An HTML text whose fixed links have become fields, and what each of them leads to: {field: address}.

    Their names hold a space, so they cannot meet a field that people write. Links made of merge fields stay as they are.
    """
    parts: list[str] = []
    fields: list[Field] = []
    links: dict[str, str] = {}
    for number, part in enumerate(compiled.parts):
        if number:
            fields.append(compiled.fields[number - 1])
        before, *linked = _HREF.split(part)
        parts.append(before)
        for url, attributes, after in zip(linked[::3], linked[1::3], linked[2::3], strict=True):
            name = f"link {len(links)}"
            links[name] = html.unescape(url)
            fields.append(Field(name, None))
            parts[-1] += '<a href="'
            parts.append(f'"{attributes}>{after}')
    return CompiledText(compiled.shape, tuple(parts), tuple(fields)), links


def framed(compiled: CompiledText, frame: Callable[[str], str], *further: str) -> CompiledText:
    """A text set into what `frame` makes of it, where MARK stands for each field; `further` names those it adds behind them."""
    parts = frame(MARK.join(compiled.parts)).split(MARK)
    return CompiledText(compiled.shape, tuple(parts), (*compiled.fields, *(Field(name, None) for name in further)))


def compile_text(
    source: str, *, known: Collection[str], shape: Shape = Shape.TEXT, snippets: Mapping[str, str] = NO_SNIPPETS
) -> CompiledText:
    """Compile a text that uses the known fields and snippets. Raises TemplateProblem for anything else between braces."""
    parts, fields = _read(source, known, snippets, ())
    return CompiledText(shape, _shaped(parts, shape), tuple(fields))


def _read(
    source: str, known: Collection[str], snippets: Mapping[str, str], path: tuple[str, ...]
) -> tuple[list[str], list[Field]]:
    """Fixed parts and the fields between them; `path` names the snippets that this text stands in."""
    source = _CONTROLS.sub("", source.replace("\r\n", "\n").replace("\r", "\n"))
    parts: list[str] = []
    fields: list[Field] = []
    position, put_in, lead = 0, 0, ""
    while brace := _BRACES.search(source, position):
        text = lead + source[position : brace.start()]
        lead = ""
        if snippet := _SNIPPET.match(source, brace.start()):
            put_in += 1
            inner_parts, inner_fields = _read_snippet(source, snippet, known, snippets, path, put_in)
            parts += [text + inner_parts[0], *inner_parts[1:]]
            fields += inner_fields
            lead = parts.pop()
            position = snippet.end()
            continue
        parts.append(text)
        field, position = _read_field(source, brace, known)
        fields.append(field)
    parts.append(lead + source[position:])
    return parts, fields


def _read_field(source: str, brace: re.Match[str], known: Collection[str]) -> tuple[Field, int]:
    """The field or placeholder that begins here, and where it ends."""
    if brace.group() == "[[":
        asked = _PLACEHOLDER.match(source, brace.start())
        if asked is None:
            raise _problem(source, brace.start(), "“[[” without words and “]]” after it on the same line")
        return Field(f"[[{' '.join(asked[1].split())}]]", None), asked.end()
    match = _FIELD.match(source, brace.start())
    if match is None:
        raise _problem(source, brace.start(), _what_is_wrong(source, brace))
    if match["name"] not in known:
        raise _problem(source, match.start("name"), _unknown(match["name"], known))
    return Field(match["name"], next((match[k] for k in _QUOTES if match[k] is not None), None)), match.end()


def _read_snippet(
    source: str,
    match: re.Match[str],
    known: Collection[str],
    snippets: Mapping[str, str],
    path: tuple[str, ...],
    count: int,
) -> tuple[list[str], list[Field]]:
    """What a snippet says. The limits bound what any text can become, so that no change of a snippet can break one."""
    name = match[1].lower()
    if name not in snippets:
        raise _problem(source, match.start(1), _unknown(name, snippets, what="snippet"))
    if name in path:
        chain = " → ".join((*path[path.index(name) :], name))
        raise _problem(source, match.start(), f"a snippet cannot contain itself: {chain}")
    if len(path) >= MAX_DEPTH:
        raise _problem(source, match.start(), f"snippets can stand in one another {MAX_DEPTH} deep, no deeper")
    if count > (most := MAX_IN_SNIPPET if path else MAX_IN_TEXT):
        raise _problem(
            source,
            match.start(),
            f"a text has {most} snippets at most" if not path else f"a snippet contains {most} others at most",
        )
    try:
        return _read(snippets[name].strip(), known, snippets, (*path, name))
    except TemplateProblem as problem:
        raise _problem(source, match.start(), f"in the snippet “{name}”: {problem.said}") from problem


_QUOTES = ("double", "single", "curly")


def _shaped(parts: list[str], shape: Shape) -> tuple[str, ...]:
    if shape is Shape.TEXT:
        return tuple(marked_text(MARK.join(parts)).split(MARK))
    if shape is Shape.LINE:
        return tuple(re.sub(r"\s+", " ", part) for part in parts)
    return tuple(marked_html(MARK.join(parts)).split(MARK))


@lru_cache(maxsize=4096)  # titles, organisations and cities come again and again
def _fitted(value: str, shape: Shape) -> str:
    if not value.isprintable():  # nearly every value is: no control, no line end, nothing of private use
        value = _CONTROLS.sub("", value)
    if shape is Shape.LINE:
        return " ".join(value.split())
    if shape is Shape.HTML and value.isalnum():
        return value
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    return html.escape(value).replace("\n", "<br>\n") if shape is Shape.HTML else value


def _what_is_wrong(source: str, brace: re.Match[str]) -> str:
    found = brace.group()
    if found in ("{%", "%}"):
        return f"“{found}” is not understood. Only merge fields such as {{{{ first_name }}}} are"
    if found == "}}":
        return "“}}” without “{{” before it"
    end = source.find("}}", brace.end())
    if end < 0 or "\n" in source[brace.end() : end]:
        return "“{{” without “}}” after it on the same line"
    inside = source[brace.end() : end].strip()
    if not inside:
        return "there is no field name between the braces"
    return f'“{inside[:60]}” is not a merge field. Write {{{{ name }}}} or {{{{ name | "fallback" }}}}'


def _unknown(name: str, known: Collection[str], what: str = "field") -> str:
    near = difflib.get_close_matches(name.lower(), known, n=1)
    listed = ", ".join(sorted(known)[:30])
    hint = f"Did you mean “{near[0]}”?" if near else f"Known are: {listed}." if known else ""
    return f"there is no {what} “{name}”. {hint}".rstrip()


def _problem(source: str, position: int, message: str) -> TemplateProblem:
    line_start = source.rfind("\n", 0, position) + 1
    return TemplateProblem(message, line=source.count("\n", 0, position) + 1, column=position - line_start + 1)
