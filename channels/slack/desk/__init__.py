"""The caseworkers' desk in Slack: a card and a thread for each complaint."""
