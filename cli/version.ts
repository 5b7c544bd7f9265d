declare const __STAPFLAME_VERSION__: string;

/** From package.json, put in by the build. */
export const VERSION: string = __STAPFLAME_VERSION__;
