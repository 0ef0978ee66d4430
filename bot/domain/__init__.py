"""The words of ISO 10002 as values: pure, and known to everything above."""
