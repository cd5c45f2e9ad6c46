"""Tests of the stock trader, sam-app/."""
