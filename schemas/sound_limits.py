"""How much sound one request may have, and what a second of it is."""

from __future__ import annotations

MOST_SECONDS = 600.0
"""Seconds of one stretch: 19 MB of WAV; longer ones are refused."""
BYTES_A_SECOND = 32_000
"""Of WAV as it is sent: 16 bits at 16 kHz, mono."""
TOKENS_A_SECOND = 25
"""What a second is taken to cost: a token for 40 ms (Qwen2-Audio, Qwen2.5-Omni)."""
