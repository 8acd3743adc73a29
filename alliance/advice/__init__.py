"""The advisory group: its sessions, and what came of each recommendation."""
