"""What this app records."""

from rapport.activity.verbs import declare

USER_CREATED = declare("user.created", "added a user", "user-plus", data=("role",))
USER_CHANGED = declare("user.changed", "changed a user", "user-pen", data=("changed", "role", "is_active"))
TEAM_CREATED = declare("team.created", "created the team {name}", "users", data=("name",))
TEAM_CHANGED = declare("team.changed", "changed the team {name}", "users", data=("name",))
