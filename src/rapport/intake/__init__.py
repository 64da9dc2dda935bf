"""What comes in from outside: parsed résumés, CSV files, and the import that stores them and can be undone."""
