"""How English hedges a number or a time: words shared by what reads amounts (quantities), times (stamps) and bounds."""

from __future__ import annotations

APPROX = (
    r"about|around|roughly|approximately|nearly|almost|close (?:to|on|upon)|nigh on|well-nigh|practically|virtually"
    r"|in the (?:region|neighbou?rhood|vicinity|area|ballpark) of|on the order of|of the order of|circa|ca?\.|approx\.?"
    r"|something like|something around|a good|pushing|nudging|approaching|nearing|getting on for|verging on"
    r"|bordering on"
    r"|somewhere (?:around|near|about|close to)|in or around|on or about|plus or minus|an estimated|maybe|perhaps"
    r"|probably"
)
"""What says that a number is not exact, before it. ``some`` is left to each, for it says other things too."""
A_BIT = (
    r"(?:(?:very )?little|bit|shade|touch|hair|fraction|tad|whisker|trifle|smidgen|moment|few seconds|few moments"
    r"|couple of seconds|second or two|second)(?: bit)?"
)
"""How much is a little: ``a shade over``, ``a few seconds before``."""
