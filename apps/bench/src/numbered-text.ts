// Each message has a number in its text, so that a reader finds it without parsing the frame.

const [HASH, TILDE, BRACKET, ZERO, NINE] = [0x23, 0x7e, 0x5d, 0x30, 0x39]
const DIGITS = 6
const LENGTH = 2 + DIGITS
const NOTHING = Buffer.alloc(0)
const PADDING = 'x'.repeat(72)

/** The text of a message: `#~`, six digits, and padding. */
export function numberedText(number: number): string {
  return `#~${String(number).padStart(DIGITS, '0')}${PADDING}`
}

/** Finds the numbers in a stream of chunks, also where a number is in two chunks. */
export class NumberReader {
  readonly #onNumber: (number: number) => void
  /** The end of the chunks before: too short for a number. */
  #tail: Buffer = NOTHING

  constructor(onNumber: (number: number) => void) {
    this.#onNumber = onNumber
  }

  read(chunk: Buffer): void {
    if (this.#tail.length > 0) this.#scan(Buffer.concat([this.#tail, chunk.subarray(0, LENGTH - 1)]))
    this.#scan(chunk)
    // A frame ends with a bracket, which is in no number.
    if (chunk.at(-1) === BRACKET) this.#tail = NOTHING
    else this.#tail = Buffer.concat([this.#tail, chunk]).subarray(1 - LENGTH)
  }

  #scan(bytes: Buffer): void {
    const last = bytes.length - LENGTH
    for (let at = bytes.indexOf(HASH); at !== -1 && at <= last; at = bytes.indexOf(HASH, at + 1)) {
      if (bytes[at + 1] !== TILDE) continue
      const number = digitsAt(bytes, at + 2)
      if (number >= 0) this.#onNumber(number)
    }
  }
}

function digitsAt(bytes: Buffer, from: number): number {
  let number = 0
  for (let at = from; at < from + DIGITS; at += 1) {
    const digit = bytes[at] ?? 0
    if (digit < ZERO || digit > NINE) return -1
    number = number * 10 + digit - ZERO
  }
  return number
}
