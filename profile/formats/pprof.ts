/** pprof's profile.proto, uncompressed: https://github.com/google/pprof/blob/main/proto/profile.proto */
export { decodePprof } from "./pprof-decode.ts";
export { encodePprof } from "./pprof-encode.ts";
