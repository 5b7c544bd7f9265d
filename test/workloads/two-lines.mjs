/**
 * Two functions, three to one, each with all its work on lines that are known: for judging files and lines of code that
 * was compiled at run time. Runs for the seconds given.
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

while (performance.now() < end) {
  heavy();
  light();
}
