"""How a conversation is held: what was heard and what is known go in, what is said comes out."""
