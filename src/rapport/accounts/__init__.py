"""Users, teams, roles and permissions, sign-in."""
