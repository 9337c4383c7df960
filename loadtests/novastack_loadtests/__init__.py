"""The crowd: Locust scenarios with verdicts from the double ledger."""
