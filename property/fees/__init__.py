"""What households owe an estate and what they pay: rates, bills, payments, and their way into the books."""
