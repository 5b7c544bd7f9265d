/**
 * Two functions, three to one, each with all its work on lines that are known: for judging files and lines of code that
 * was compiled at run time. SECONDS [FILE]: writes to the file the share of its time in the first.
 */
const end = performance.now() + 1000 * Number(process.argv[2]);
let sum = 0;

function heavy() {
  for (let i = 0; i < 300_000; i++) {
    sum = (sum + Math.sqrt(i)) % 1000; // line 10
  }
}

function light() {
  for (let i = 0; i < 100_000; i++) {
    sum = (sum + Math.sqrt(i)) % 1000; // line 16
  }
}

let inHeavy = 0;
let inBoth = 0;
for (let start = performance.now(); start < end; ) {
  heavy();
  inHeavy += performance.now() - start;
  light();
  const now = performance.now();
  inBoth += now - start;
  start = now;
}
const { writeFileSync } = await import("node:fs");
if (process.argv[3]) writeFileSync(process.argv[3], String(inHeavy / inBoth));
