"""The engine of reminders on a site in memory, and an oracle that knows nothing of the engine."""
