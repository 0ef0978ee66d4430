"""Whose deadlines apply: one file for each set of rules, no code."""
