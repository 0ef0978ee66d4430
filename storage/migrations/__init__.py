"""How the tables came to be, one revision after the other; `HEAD` is where this version stands."""

HEAD = "0004"
