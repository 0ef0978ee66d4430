"""Keeps what was said and what happened; the only package that knows a database."""
