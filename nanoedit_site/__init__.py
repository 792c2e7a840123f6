"""Wiring only; empty, so that the supervisor can be imported without Django."""
