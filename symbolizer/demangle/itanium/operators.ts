/** The operators of the ABI's `<operator-name>`: code, text, and how many operands it takes in an expression. */
const OPERATORS = `
aN &= 2|aS = 2|aa && 2|ad & 1|an & 2|cm , 2|co ~ 1|dV /= 2|da delete[] 1|de * 1|dl delete 1|ds .* 2|dt . 2|dv / 2
eO ^= 2|eo ^ 2|eq == 2|ge >= 2|gt > 2|lS <<= 2|le <= 2|ls << 2|lt < 2|mI -= 2|mL *= 2|mi - 2|ml * 2|mm -- 1|ne != 2
ng - 1|nt ! 1|oR |= 2|oo || 2|or | 2|pL += 2|pl + 2|pm ->* 2|pp ++ 1|ps + 1|pt -> 2|rM %= 2|rS >>= 2|rm % 2|rs >> 2
ss <=> 2|aw co_await 1|cl () 0|ix [] 0|qu ? 0|nw new 0|na new[] 0`;

export interface Operator {
  text: string;
  /** 0: its expressions have a form of their own. */
  operands: number;
}

export const OPERATOR_OF: ReadonlyMap<string, Operator> = new Map(
  OPERATORS.trim()
    .split(/(?<=\d)[|\n]/)
    .map((line) => {
      const [code, text, operands] = line.trim().split(" ");
      return [code, { text, operands: Number(operands) }];
    }),
);
