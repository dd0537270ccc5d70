"""How exact times are: by how many seconds two of them may differ and still be the same moment."""

ROUNDING = 1e-6
"""The times of spans are rounded to six decimals."""
SHORTEST_PIECE = 1e-4
"""A piece of a made video that is shorter than this is left out."""
FRAME_ROUNDING = 1e-3
"""A time that lies before a frame by less still means that frame: containers may round the times of frames to this."""
