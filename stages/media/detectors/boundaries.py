"""Cuts, dissolves, wipes and fades from how the pictures are laid out: vdata's own detector."""

from __future__ import annotations

from pydantic import Field

from ....schemas import Signals
from ....video.signals.cuts import Cut, as_seconds
from .detector import CutDetector, Length


class Boundaries(CutDetector):
    """Cuts, dissolves, wipes and fades, by comparing the layout of pictures whatever their light (vdata's own).

    A flash, lightning or a changed light is no boundary, nor are whip pans, zooms, or things that cross the picture.
    A gradual transition, or a picture that slides in, is one boundary in its middle. Of pictures of one plain colour
    each the colours are compared.
    """

    min_scene_len: Length = Field(0.2, ge=0)
    """Least time from one cut to the next: frames (a whole number) or seconds (with a decimal point)."""
    max_flash: float = Field(0.22, ge=0)
    """A picture that is back within so many seconds was interrupted by a flash, seconds."""
    gradual: bool = True
    """Also find dissolves, wipes and fades."""

    def cuts(self, signals: Signals) -> list[Cut]:
        from ....video.signals.fades import fades
        from ....video.signals.gradual import gradual
        from ....video.signals.layout import layouts
        from ....video.signals.layout_cuts import layout_cuts

        time, layout = signals.time.tolist(), layouts(signals)
        hard, flashes = layout_cuts(signals, layout, self.max_flash, as_seconds(signals, self.min_scene_len))
        through = fades(signals, layout) if self.gradual else []
        hard = [cut for cut in hard if not any(fade.first <= cut[0] <= fade.last + 1 for fade in through)]
        found = [Cut(time[i], time[i], strength, "cut", self.name(), time[i], time[i]) for i, strength in hard]
        for fade in through:
            when = time[fade.deepest]
            found.append(Cut(when, when, fade.strength, "fade", self.name(), time[fade.first], time[fade.last], when))
        if self.gradual:
            parted = sorted([i for i, _ in hard] + [fade.deepest for fade in through])
            for one in gradual(signals, layout, parted, flashes):
                if all(one.before > fade.last or one.after < fade.first for fade in through):
                    when, first, last = (time[i] for i in (one.middle, one.before + 1, one.after - 1))
                    found.append(Cut(when, when, one.strength, one.kind, self.name(), first, last))
        return sorted(found, key=lambda cut: cut.after)
