// Work that V8 compiles: closures, generators, promises, sorting, JSON, expressions, exceptions, compression. Runs for ever.
import { createHash } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import { gzipSync } from "node:zlib";

class Shape {
  area() {
    return 1;
  }
}

class Nested extends Shape {
  constructor(inner) {
    super();
    this.inner = inner;
  }

  area() {
    return this.inner.area() + 1;
  }
}

function fibonacci(n) {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

function* numbers(count, seed) {
  for (let i = 0; i < count; i++) yield (i * 2654435761 + seed) % 1009;
}

function throws(depth) {
  if (depth === 0) throw new Error("at the bottom");
  return throws(depth - 1) + 1;
}

function round(seed) {
  let shape = new Shape();
  for (let i = 0; i < 30; i++) shape = new Nested(shape);
  const sorted = [...numbers(2000, seed)].sort((a, b) => a - b);
  const text = JSON.stringify(sorted.map((value) => ({ value, name: `number ${value}` })));
  const words = text.replace(/(\d+)/g, (digits) => digits.padStart(6, "0")).split(/[,:]/);
  try {
    throws(20);
  } catch {
    shape.area();
  }
  const hash = createHash("sha256").update(gzipSync(text)).digest("hex");
  return fibonacci(20) + words.length + JSON.parse(text).length + hash.length;
}

for (let i = 0; ; i++) {
  round(i);
  await turn();
}
