"""The ways in and out: one folder per platform; they translate and carry, and decide nothing."""
