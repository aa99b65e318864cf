"""A short walk of the machine that `proofs/ledger.py` lets run for long."""

from journal.money_machine import check


def test_several_processes_keep_one_set_of_books_whatever_happens() -> None:
    check(examples=10, steps=20)
