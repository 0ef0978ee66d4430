"""E-mail to those who want their answers so: it only sends."""
