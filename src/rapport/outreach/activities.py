"""What this app records. What is sent is recorded by mail's own verbs."""

from rapport.activity.verbs import declare
from rapport.outreach.permissions import VIEW

SEQUENCE_CREATED = declare("sequence.created", "wrote the sequence {name}", "send", data=("name",))
SEQUENCE_CHANGED = declare("sequence.changed", "changed the sequence {name}", "send", data=("name", "changed"))
SEQUENCE_ACTIVATED = declare("sequence.activated", "started the sequence {name}", "play", data=("name", "note"))
SEQUENCE_PAUSED = declare("sequence.paused", "paused the sequence {name}", "pause", data=("name",))
SEQUENCE_TRIPPED = declare(
    "sequence.tripped", "paused the sequence {name} by itself: {why}", "octagon-pause", data=("name", "why"), notify=True,
    notice=lambda data: f"paused itself. {data.get('why', '')}",
)  # fmt: skip
SEQUENCE_ARCHIVED = declare("sequence.archived", "archived the sequence {name}", "archive", data=("name",))
SEQUENCE_TAG_MERGED = declare(
    "sequence.tag_merged", "merged the tag {tag}, by which the sequence {name} goes, into {into}", "tag",
    data=("name", "tag", "into", "activity_id"), notify=True,
)  # fmt: skip
SEQUENCE_TAG_DELETED = declare(
    "sequence.tag_deleted", "deleted the tag {tag}, by which the sequence {name} went. {why}", "tag",
    data=("name", "tag", "why"), notify=True,
)  # fmt: skip
VARIANT_CHOSEN = declare(
    "variant.chosen", "chose variant {letter} of step {step} in {name}", "trophy", data=("name", "step", "letter")
)
VARIANTS_BROUGHT_BACK = declare(
    "variant.brought_back",
    "brought back {letters} of step {step} in {name}",
    "undo-2",
    data=("name", "step", "letters"),
)

# Who may not see sequences does not read their names.
ENROLLMENT_CREATED = declare(
    "enrollment.created", "started the sequence {sequence}", "send", group="mail", data=("sequence",),
    capability=VIEW.name, without="started a sequence",
)  # fmt: skip
ENROLLMENT_HELD_OUT = declare(
    "enrollment.held_out", "held them out of the sequence {sequence}, by chance", "circle-slash", quiet=True, group="mail",
    data=("sequence",), capability=VIEW.name, without="held them out of a sequence, by chance",
)  # fmt: skip
ENROLLMENT_FINISHED = declare(
    "enrollment.finished", "came to the end of the sequence {sequence}", "flag", group="mail", data=("sequence",),
    capability=VIEW.name, without="came to the end of a sequence",
)  # fmt: skip
ENROLLMENT_EXITED = declare(
    "enrollment.exited", "stopped the sequence {sequence}: {why}", "circle-stop", group="mail",
    data=("sequence", "reason", "why"), capability=VIEW.name, without="stopped a sequence: {why}",
)  # fmt: skip
ENROLLMENT_POSTPONED = declare(
    "enrollment.postponed", "put off the sequence {sequence} until {until}: {why}", "clock", group="mail",
    data=("sequence", "until", "why"), capability=VIEW.name, without="put off a sequence until {until}: {why}",
)  # fmt: skip
DELIVERY_APPROVED = declare(
    "delivery.approved", "approved a mail of {sequence}", "check", quiet=True, group="mail", data=("sequence",)
)
DELIVERY_FILLED = declare(
    "delivery.filled", "wrote what a mail of {sequence} asked for", "pencil-line", quiet=True, group="mail",
    data=("sequence",),
)  # fmt: skip
DELIVERY_SKIPPED = declare(
    "delivery.skipped", "left out a mail of {sequence}", "skip-forward", group="mail", data=("sequence", "why"),
    capability=VIEW.name, without="left out a mail of a sequence",
)  # fmt: skip
DELIVERY_RESOLVED = declare(
    "delivery.resolved", "settled an unclear mail of {sequence}: {decision}", "mail-check", group="mail",
    data=("sequence", "decision"), capability=VIEW.name, without="settled an unclear mail of a sequence: {decision}",
)  # fmt: skip
