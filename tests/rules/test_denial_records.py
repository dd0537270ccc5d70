"""Records with a yes or a no are told as prose, and other texts are left alone."""

import pytest

from vdata.rules.denial_records import records_told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"event": "a dog runs", "present": "no"}', "Not: a dog runs"),
        ('{"event": "a dog runs", "missing": true}', "Not: a dog runs"),
        ("event: a dog runs; shown: yes", "a dog runs"),
        ("* Event: a dog runs\n* Visible: no", "Not: a dog runs"),
        ('{"event": "a dog runs", "start": 3}', '{"event": "a dog runs", "start": 3}'),
        ("A dog runs: no, it sits.", "A dog runs: no, it sits."),
        ("Claim: a dog runs. Verdict: not true.", "Claim: a dog runs. Verdict: not true."),
    ],
)
def test_records(text: str, told: str) -> None:
    assert records_told(text) == told
