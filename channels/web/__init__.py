"""Web chat: JSON over HTTP with server-sent events, the widget, and pages without JavaScript."""
