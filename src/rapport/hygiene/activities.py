"""What this app records. A merge is recorded for both people: whoever follows the record reads both anew."""

from rapport.activity.verbs import declare

CANDIDATE_MERGED = declare(
    "candidate.merged", "merged {other_name} into this candidate", "merge", data=("merge_id", "other_id", "other_name", "fields"),
    personal=("other_name",),
)  # fmt: skip
CANDIDATE_MERGED_AWAY = declare(
    "candidate.merged_away", "merged this candidate into {survivor_name}", "merge", quiet=True,
    data=("merge_id", "survivor_id", "survivor_name"), personal=("survivor_name",),
)  # fmt: skip
CANDIDATE_UNMERGED = declare(
    "candidate.unmerged", "took {other_name} apart from this candidate again", "split",
    data=("merge_id", "other_id", "other_name", "rows", "reassigned"), personal=("other_name",),
)  # fmt: skip
CANDIDATE_BACK = declare(
    "candidate.back", "is a candidate of their own again", "split", data=("merge_id", "survivor_id"),
)  # fmt: skip
NOT_THE_SAME = declare(
    "candidate.told_apart", "said that this is not {other_name}", "users", data=("other_id", "other_name"), personal=("other_name",),
)  # fmt: skip
FINDINGS_MENDED = declare(
    "finding.mended", "put right what the audit “{audit}” found: {fix}", "heart-pulse", data=("audit", "fix", "count"), quiet=True,
)  # fmt: skip
FINDINGS_LEFT = declare(
    "finding.left", "left as it is what the audit “{audit}” found", "heart-pulse", data=("audit",), quiet=True,
)  # fmt: skip
SKILL_MAPPED = declare(
    "skill.mapped", "put the skill {skill} in the place of {before}", "sparkles", data=("skill", "before"),
)  # fmt: skip
SKILL_UNMAPPED = declare(
    "skill.unmapped", "took back that {before} is {skill}", "sparkles", data=("skill", "before"),
)  # fmt: skip
