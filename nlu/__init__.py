"""Understanding: what a message says, by rules and words that are data; it does no I/O per message."""
