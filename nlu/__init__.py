"""Understanding: what a message says, by rules and words that are data, without any I/O."""
