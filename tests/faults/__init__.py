"""Experiments with real processes that are killed, frozen and restarted; see `docs/notifications.md`."""
