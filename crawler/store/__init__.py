"""Where everything is kept: the ports in Redis, one file each, over the keys that `keys` spells.

`lua` holds the scripts, a folder for each slot, and the `story_*` files speak to those of stories.
`memory` holds the twins, `server` the way to Redis, `corpus` and `search` what lies in files.
"""
