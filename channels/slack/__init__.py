"""Slack: complainants in direct messages with the app, over Socket Mode or HTTP."""
