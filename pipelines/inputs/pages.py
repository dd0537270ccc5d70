"""Pages of video sites, which are no videos: nothing is downloaded from them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from ...schemas.text import clean
from .local import SourceError, is_video

SITES = frozenset((
    "youtube.com", "youtu.be", "youtube-nocookie.com", "bilibili.com", "b23.tv", "vimeo.com", "tiktok.com",
    "douyin.com", "dailymotion.com", "dai.ly", "twitch.tv", "instagram.com", "facebook.com", "fb.watch", "twitter.com",
    "x.com", "rumble.com", "nicovideo.jp", "youku.com", "v.qq.com", "iqiyi.com", "ixigua.com", "odysee.com",
    "bitchute.com", "rutube.ru", "vk.com", "ok.ru", "weibo.com", "kuaishou.com", "xiaohongshu.com", "reddit.com",
    "pinterest.com", "streamable.com", "ted.com",
))  # fmt: skip
"""Sites that show videos on pages; their subdomains count too."""
ADVICE = (
    "vdata downloads nothing from them. Fetch the videos with yt-dlp or video2dataset, as far as the site's terms and "
    "the videos' licences allow it, and give the folder or the tars that they write as videos."
)

_ADDRESS = re.compile(r"(?:https?://)?(?:[\w-]+\.)+[a-z]{2,}(?:[/?:]|$)", re.IGNORECASE | re.ASCII)


def is_page(text: str) -> bool:
    """Whether *text* is the address of a page of a video site, with or without ``https://``."""
    if not _ADDRESS.match(text):
        return False
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
    except ValueError:
        return False
    host = (parts.hostname or "").lower()
    return any(host == site or host.endswith(f".{site}") for site in SITES) and not is_video(parts.path)


def refuse_pages(where: str, pages: Iterable[str], of: int) -> None:
    """Refuse a list *where* all of the *of* entries are *pages*.

    Raises:
        SourceError: they are.
    """
    found = [clean(page) for page in pages]
    if not found or len(found) < of:
        return
    first = ", ".join(found[:3]) + (f" and {of - 3} more" if of > 3 else "")
    what = "is a page of a video site" if of == 1 else f"all {of} of its videos are pages of video sites"
    raise SourceError(f"{where}: {what}{f' ({first})' if where != found[0] else ''}. {ADVICE}")
