/**
 * In place of a name: this one means more than anyone would read. A mangled name refers back to its parts, so some hundred
 * characters can mean gigabytes. Finding that out takes some milliseconds.
 */
export const ENDLESS = Symbol("endless");
export type Endless = typeof ENDLESS;
