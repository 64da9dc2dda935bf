"""What a step says to one person: values for the merge fields, the compiled step, the footer. Pure.

A step without subject answers the thread: its subject is that of the first message with "Re:". Who got no mail before, because
those were for others or were left out, reads that of the mail it would have answered.
"""

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from rapport.lib.errors import InvalidInput
from rapport.mail.composing import Content, MessageTemplate, compile_message
from rapport.mail.merge_fields import NO_SNIPPETS, CompiledText, with_followed_links, without_marks
from rapport.mail.template_fields import FIELDS

UNSUBSCRIBE_WORDS = "If you would rather not hear from us about jobs, tell us here:"


@dataclass(frozen=True, slots=True)
class StepText:
    """A compiled step; `answers` means that its subject is taken from the thread.

    `links` are the addresses that links of the HTML lead to, by the name of the field that stands in their place;
    `placeholders` the names of what a person has to fill in before this can go to anybody.
    """

    template: MessageTemplate
    answers: bool
    shows_unsubscribe: bool
    links: Mapping[str, str] = field(default_factory=dict)
    placeholders: tuple[str, ...] = ()

    def open_placeholders(self, values: Mapping[str, str]) -> list[str]:
        """Of those, what is not filled in."""
        return [name for name in self.placeholders if not values.get(name)]

    def missing(self, values: Mapping[str, str]) -> list[str]:
        """The fields for which there is neither a value nor a fallback."""
        return self.template.missing(values)

    def with_subject(self, subject: CompiledText) -> "StepText":
        """The same with a subject of its own."""
        return replace(self, template=replace(self.template, subject=subject), answers=False)

    def render(
        self,
        values: Mapping[str, str],
        *,
        unsubscribe_url: str,
        thread_subject: str = "",
        lead: Callable[[str], str] | None = None,
    ) -> Content:
        """The content for one person; `lead` gives the address through which a link leads to its own.

        The text part keeps the true addresses. Raises MissingValues where a field is empty and has no fallback.
        """
        if self.links:
            values = {**values, **{name: lead(url) if lead else url for name, url in self.links.items()}}
        content = self.template.render(values)
        if self.answers:
            content = replace(content, subject=reply_subject(thread_subject))
        return _with_footer(content, unsubscribe_url) if self.shows_unsubscribe else content


def compile_step(
    *, subject: str, body: str, signature: str = "", shows_unsubscribe: bool = True,
    snippets: Mapping[str, str] = NO_SNIPPETS,
) -> StepText:  # fmt: skip
    """Compile the text of a step. Raises InvalidInput with the field (subject, body) and the position."""
    if not body.strip():
        raise InvalidInput({"body": "Write the message."})
    whole = f"{body.rstrip()}\n\n-- \n{_literal(signature)}" if signature.strip() else body
    template = compile_message(subject=subject, body=whole, known=FIELDS, snippets=snippets)
    links: dict[str, str] = {}
    if template.html is not None:
        followed, links = with_followed_links(template.html)
        template = replace(template, html=followed)
    return StepText(template, not subject.strip(), shows_unsubscribe, links, tuple(template.placeholders))


def reply_subject(subject: str) -> str:
    """ "Re: " before a subject, once; nothing before none, as a draft that is being written has it."""
    return subject if not subject or subject[:3].lower() == "re:" else f"Re: {subject}"


def _literal(signature: str) -> str:
    """A signature is no template: braces that would be fields, and brackets, are shown with a space between them."""
    return without_marks(signature).strip()


def _with_footer(content: Content, url: str) -> Content:
    link = html.escape(url)
    return Content(
        content.subject,
        f"{content.text.rstrip()}\n\n{UNSUBSCRIBE_WORDS}\n{url}\n",
        f'{content.html}\n<p><small>{UNSUBSCRIBE_WORDS} <a href="{link}">unsubscribe</a></small></p>',
    )
