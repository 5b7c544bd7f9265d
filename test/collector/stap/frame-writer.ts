import { checksum } from "../../../collector/stap/output-parser.ts";

/** A row of a frame. Addresses as 48 bits; those of the kernel may be given negative. */
export interface Row {
  tgid: number;
  tid: number;
  comm: string;
  slice: number;
  count: number;
  first: number;
  kernel: number[];
  user: number[];
}

const SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** What kmod-templates/stap/frame.stp writes, made independently of it. */
export function frame(number: number, rows: readonly Row[], counters = "0 0 0 0 0 0 0 0"): Buffer {
  const lines = [
    `F 1 ${number} 123456789`,
    ...rows.map(
      (row) =>
        `S ${row.tgid} ${row.tid} ${hex(row.comm)} ${row.slice} ${row.count} ${row.first} .${pack(row.kernel)} .${pack(row.user)}`,
    ),
    `C ${counters}`,
  ];
  const before = Buffer.from(`${lines.join("\n")}\n`, "latin1");
  const sum = checksum(before, before.length).toString(16).padStart(8, "0");
  return Buffer.concat([before, Buffer.from(`E ${rows.length} ${sum}\n`)]);
}

function hex(comm: string): string {
  const bytes = Buffer.alloc(16);
  bytes.write(comm, "utf8");
  return bytes.toString("hex");
}

function pack(addresses: readonly number[]): string {
  return addresses
    .map((address) => {
      const bits = BigInt.asUintN(48, BigInt(address));
      return Array.from({ length: 8 }, (_, i) => SIGNS[Number((bits >> BigInt(42 - 6 * i)) & 63n)]).join("");
    })
    .join("");
}
