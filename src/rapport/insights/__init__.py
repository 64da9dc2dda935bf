"""Reports: what came of what was done. It reads the tables of other apps and keeps none of its own."""
