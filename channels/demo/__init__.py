"""The demo: a small stand-in for Slack in this process, and a page that shows both sides."""
