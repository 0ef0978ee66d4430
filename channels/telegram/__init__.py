"""Telegram: the private chat with the bot, by long polling or webhook; aiogram speaks to it."""
