"""What this app records."""

from rapport.activity.verbs import declare

USER_CREATED = declare("user.created", "added a user", "user-plus", data=("role",))
USER_CHANGED = declare("user.changed", "changed a user", "user-pen", data=("changed", "role", "is_active"))
USER_INVITED = declare("user.invited", "sent a user a link to choose a password", "send", webhook=False)
SECOND_STEP_REMOVED = declare("user.second_step_removed", "removed a user's second step of signing in", "shield-off")
TEAM_CREATED = declare("team.created", "created the team {name}", "users", data=("name",))
TEAM_CHANGED = declare("team.changed", "changed the team {name}", "users", data=("name",))
