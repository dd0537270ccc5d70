"""Who wants a token: a cluster's nodes and this process must agree on it, and Ray says badly when they do not.

Measured on Ray 2.60: a head node that ``ray start`` makes asks for a token where one lies in ``~/.ray/auth_token``. Who
comes to it by HOST:PORT without RAY_AUTH_MODE, be it a build or another node, brings none; a build is told "Failed to
connect" after 20 seconds. Who brings a token to a cluster that asks for none is let in, and waits for ever for rows.
"""

from __future__ import annotations

import os

from .ray_adapter import bootstrap_address, has_token, lets_in

PAGE = "see 'Who may come in' in docs/clusters.md"


class TokenRefused(Exception):
    """This process and the cluster do not agree on a token. The text is for users."""


def agree(address: str) -> None:
    """Bring the token that is here to the cluster at *address* if it asks for one, and none if it does not.

    What the user says by RAY_AUTH_MODE stands, and is a mistake where the cluster does otherwise.

    Raises:
        TokenRefused: the cluster asks for a token that is not here, or asks for none where RAY_AUTH_MODE wants one.
    """
    if address.startswith("ray://") or not (place := bootstrap_address(address)):
        return
    said = os.environ.get("RAY_AUTH_MODE")
    if said not in (None, "token", "disabled"):  # a mode of a later Ray
        return
    if lets_in(place, "disabled"):
        if said == "token":
            raise TokenRefused(
                "RAY_AUTH_MODE=token is set here, and the cluster asks for no token: set it on every node before "
                f"`ray start`, or unset it here; {PAGE}"
            )
        return
    if said == "disabled":
        raise TokenRefused(f"the cluster asks for a token, and RAY_AUTH_MODE=disabled is set here: unset it; {PAGE}")
    if not has_token():
        raise TokenRefused(
            "the cluster asks for a token, and none is here: copy ~/.ray/auth_token from its head node to this "
            f"machine, or set RAY_AUTH_TOKEN; {PAGE}"
        )
    if not lets_in(place, "token"):
        raise TokenRefused(
            f"the cluster refuses the token in {_source()}: it must be that of the cluster's head node; {PAGE}"
        )


def _source() -> str:
    """Where the token comes from, in Ray's order."""
    if os.environ.get("RAY_AUTH_TOKEN"):
        return "RAY_AUTH_TOKEN"
    return os.environ.get("RAY_AUTH_TOKEN_PATH") or "~/.ray/auth_token"
