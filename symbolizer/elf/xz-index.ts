const HEADER_MAGIC = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0];
const FOOTER_BYTES = 12;
/** A record a block; `xz -T` makes blocks of three dictionaries, so thousands at most. */
const MAX_RECORDS = 1 << 16;

/**
 * What an xz stream says it unpacks to: the sum over its index (The .xz File Format 1.1.0, sections 2.1.2 and 4).
 * undefined: no xz stream, one that ends early, or several behind each other.
 */
export function xzUnpackedSize(bytes: Uint8Array): number | undefined {
  if (bytes.length < 2 * FOOTER_BYTES || !HEADER_MAGIC.every((byte, i) => bytes[i] === byte))
    return undefined;
  const footer = bytes.length - FOOTER_BYTES;
  if (bytes[footer + 10] !== 0x59 || bytes[footer + 11] !== 0x5a) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const indexBytes = (view.getUint32(footer + 4, true) + 1) * 4;
  const index = footer - indexBytes;
  if (index < FOOTER_BYTES || bytes[index] !== 0) return undefined;
  const reader = { bytes: bytes.subarray(index, footer), at: 1 };
  const records = readInteger(reader);
  if (records === undefined || records > MAX_RECORDS) return undefined;
  let packed = 0;
  let unpacked = 0;
  for (let i = 0; i < records; i++) {
    const blockBytes = readInteger(reader);
    const size = readInteger(reader);
    if (blockBytes === undefined || size === undefined) return undefined;
    packed += Math.ceil(blockBytes / 4) * 4;
    unpacked += size;
  }
  // Streams before this one would have their own index; what is not accounted for is not unpacked.
  return packed === index - FOOTER_BYTES ? unpacked : undefined;
}

/** 7 bits a byte, lowest first. Sums stay exact: what goes beyond 2^53 is beyond every limit, too. */
function readInteger(reader: { bytes: Uint8Array; at: number }): number | undefined {
  let value = 0;
  for (let shift = 0; shift < 63 && reader.at < reader.bytes.length; shift += 7) {
    const byte = reader.bytes[reader.at++];
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return value;
  }
  return undefined;
}
