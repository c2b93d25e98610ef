"""Where everything is kept: the ports in Redis, one file each, over the keys that `keys` spells.

`lua` holds the scripts, a folder for each slot; what they are told and answer is in `frontier_rows`
and in the `story_*` files. `memory` holds the twins, but for those so short that they stand beside
what they are the twin of. `server` is the way to Redis; `corpus` and `search` lie in files.
"""
