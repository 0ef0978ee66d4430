"""The demo: a small stand-in for Slack in this process, and the page that shows it beside the chat."""
