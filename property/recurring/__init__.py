"""Vouchers that come back every month or quarter: wages, cleaning, electricity."""
