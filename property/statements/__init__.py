"""Statements of banks and wallets: read, kept once, matched with what the books say."""
