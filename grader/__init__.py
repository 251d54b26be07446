"""Marks the assigned exercises: students' code runs in a sandbox of its own, the tests stay outside."""
