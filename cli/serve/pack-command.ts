/** The hidden command that packs a file for `serve`, apart so that knowing its name loads nothing else. */
export const PACK_COMMAND = "pack-for-serve";
