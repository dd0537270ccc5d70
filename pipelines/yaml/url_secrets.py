"""Credentials in URLs: what stands before a host, and the signatures and keys of a query."""

from __future__ import annotations

import re

WORDS = frozenset(
    {"key", "apikey", "token", "secret", "password", "passwd", "pwd", "pass", "credential", "credentials", "auth"}
    | {"authorization", "bearer", "signature", "cookie"}
)
"""Words in the name of a key that holds a secret."""
QUERY = frozenset({"sig", "awsaccesskeyid", "accesstoken", "authtoken", "sas", "hdnts", "jwt"})
"""Further names in queries: of signed addresses of S3, Azure and others."""

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s\"'<>`]+")
_LOGIN = re.compile(r"\A([^:/]+://)(?:(?:[^/?#@]*@)+|[^/?#@:]*:(?!\d*[/?#])[^@]*@)")
_FIELD = re.compile(r"([?&;#])([\w.%~-]+)=([^&;#]+)")
_WEB = ("http://", "https://", "ws://", "wss://")


def without_credentials(text: str, instead: str) -> str:
    """*text* with *instead* in the place of every credential in its URLs.

    That is a password before a host (on the web the name as well, which may be a token), and what stands in the query
    under a name that says so: ``token``, ``sig``, ``X-Amz-Signature``.
    """
    return _URL.sub(lambda found: _plain(found[0], instead), text) if "://" in text else text


def _plain(url: str, instead: str) -> str:
    login = _LOGIN.match(url)
    if login is not None:
        before = url[login.end(1) : login.end()]
        if before != f"{instead}@" and (":" in before or url.lower().startswith(_WEB)):
            url = f"{login[1]}{instead}@{url[login.end() :]}"
    return _FIELD.sub(lambda one: f"{one[1]}{one[2]}={instead}" if _is_secret(one[2]) else one[0], url)


def _is_secret(name: str) -> bool:
    name = name.lower()
    return name in QUERY or not WORDS.isdisjoint(re.split(r"[\W_]+", name))
