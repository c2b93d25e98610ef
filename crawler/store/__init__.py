"""Where everything is kept: the ports in Redis, one file each, over the keys that `keys` spells.

`lua` holds the scripts, a folder for each slot, and the `story_*` files speak to those of stories.
`memory` holds the twins, but for those so short that they stand beside what they are the twin of;
`server` is the way to Redis, and `corpus` and `search` lie in files.
"""
