"""The books for other tools: balances as a list, all vouchers as a journal for hledger or beancount."""
