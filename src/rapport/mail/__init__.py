"""E-mail in and out: mailboxes, templates, messages, delivery, replies, bounces, suppression."""
