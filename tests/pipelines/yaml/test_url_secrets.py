"""Credentials in addresses, in every place where one may stand."""

from __future__ import annotations

import pytest

from vdata.pipelines.yaml.url_secrets import without_credentials


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("https://me:word@host/a.mp4", "https://…@host/a.mp4"),
        ("https://token@host/a", "https://…@host/a"),
        ("s3://me@host/a", "s3://me@host/a"),
        ("postgres://me:w@rd@host/a", "postgres://…@host/a"),
        ("https://me:wo/rd+@host/a.mp4", "https://…@host/a.mp4"),
        ("https://host:80/me@home/a.mp4", "https://host:80/me@home/a.mp4"),
        ("https://host/me@home/a.mp4", "https://host/me@home/a.mp4"),
        ("https://host/a?X-Amz-Signature=ab%2F&X-Amz-Credential=c&part=3", "https://host/a?X-Amz-Signature=…&"
         "X-Amz-Credential=…&part=3"),
        ("https://host/a?sv=1&sig=ab%3D", "https://host/a?sv=1&sig=…"),
        ("https://host/a?AWSAccessKeyId=A&Expires=1&Signature=c", "https://host/a?AWSAccessKeyId=…&Expires=1&"
         "Signature=…"),
        ("https://host/a#access_token=b", "https://host/a#access_token=…"),
        ("GET https://host/a?key=b (404) and https://me:w@host/", "GET https://host/a?key=… (404) and https://…@host/"),
        ('{"url": "https://host/a?token=b"}', '{"url": "https://host/a?token=…"}'),
        ("token=b is no address, and monkey=3 neither", "token=b is no address, and monkey=3 neither"),
        ("https://host/a?keyframes=4&tokens=5", "https://host/a?keyframes=4&tokens=5"),
    ],
)  # fmt: skip
def test_credentials_are_taken_out_and_nothing_else(text: str, plain: str) -> None:
    assert without_credentials(text, "…") == plain
    assert without_credentials(plain, "…") == plain
