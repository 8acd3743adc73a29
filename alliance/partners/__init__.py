"""The partner units: who speaks for them, what they need, what they offer, what they have pledged."""
