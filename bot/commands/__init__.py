"""One file per command; `bot.cli` loads the one that is called."""
