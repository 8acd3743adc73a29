"""The published quarter: what the books say, frozen, signed, and shown to everybody who lives there."""
