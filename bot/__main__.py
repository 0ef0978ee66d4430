"""`python -m bot` is `ombud`."""

from bot.cli import main

if __name__ == "__main__":
    main()
