"""Words that are hidden: first names and everyday nouns, each of one word, none within another."""

from __future__ import annotations

_NAMES = (
    "Alba Amina Anton Astrid Bashir Beatriz Boris Bruno Camila Chiara Conrad Dalia Daniel Diego Edith Elena Emeka Enzo "
    "Farid Felix Fiona Gita Greta Hanna Hassan Hugo Imani Ingrid Isaac Ivana Jamal Jonas Judith Kamal Karin Kenji "
    "Laila Lars Leila Lucia Magnus Malik Marta Mateo Milan Nadia Naomi Nikolai Olga Omar Oscar Paula Pedro Priya "
    "Quentin Rafael Ramona Rashid Rosa Samir Selma Sofia Tariq Thea Tomas Ulla Vera Viktor Wanda Xavier Yara Yusuf "
    "Zelda Zoltan"
)
_NOUNS = (
    "acorn basil candle desert engine feather garden harbour island jacket kettle ladder meadow needle orchard pebble "
    "quilt ribbon saddle temple urchin velvet walnut yoghurt zebra anchor badger cactus dagger ember falcon ginger "
    "hammer insect jungle kitten lantern marble napkin oyster pepper rocket sandal thistle umpire violin willow "
    "blanket copper dolphin elbow fossil glacier hermit igloo jigsaw magnet nutmeg otter parcel raven shovel turnip "
    "vulture whistle"
)
NAMES, NOUNS = _NAMES.split(), _NOUNS.split()
