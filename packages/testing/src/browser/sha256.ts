/** The first 32 bits of the fractional parts of the square roots (`root` 2) or cube roots (3) of the first primes. */
function constants(count: number, root: number): number[] {
  const primes: number[] = []
  for (let n = 2; primes.length < count; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n)
  return primes.map((prime) => (prime ** (1 / root) * 2 ** 32) | 0)
}

const INITIAL_STATE = constants(8, 2)
const ROUND_CONSTANTS = constants(64, 3)
const BLOCK_BYTES = 64

/** SHA-256 in hex. Synchronous, as in Node; the Web Crypto API is asynchronous. */
export function sha256(text: string): string {
  const state = [...INITIAL_STATE]
  const message = padded(new TextEncoder().encode(text))
  for (let at = 0; at < message.byteLength; at += BLOCK_BYTES)
    digest(state, new DataView(message.buffer, at, BLOCK_BYTES))
  return state.map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
}

function padded(bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(Math.ceil((bytes.length + 9) / BLOCK_BYTES) * BLOCK_BYTES)
  result.set(bytes)
  result[bytes.length] = 0x80
  new DataView(result.buffer).setBigUint64(result.length - 8, BigInt(bytes.length) * 8n)
  return result
}

function digest(state: number[], block: DataView): void {
  const words = Array.from({ length: 16 }, (_, index) => block.getInt32(index * 4))
  const word = (index: number): number => words[index] as number
  for (let i = 16; i < 64; i++) {
    const [early, late] = [word(i - 15), word(i - 2)]
    const mixed =
      (rotated(early, 7) ^ rotated(early, 18) ^ (early >>> 3)) + (rotated(late, 17) ^ rotated(late, 19) ^ (late >>> 10))
    words.push((word(i - 16) + word(i - 7) + mixed) | 0)
  }
  let [a, b, c, d, e, f, g, h] = state as [number, number, number, number, number, number, number, number]
  for (let i = 0; i < 64; i++) {
    const first =
      h +
      (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) +
      ((e & f) ^ (~e & g)) +
      (ROUND_CONSTANTS[i] as number) +
      word(i)
    const second = (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))
    ;[a, b, c, d, e, f, g, h] = [(first + second) | 0, a, b, c, (d + first) | 0, e, f, g]
  }
  for (const [index, value] of [a, b, c, d, e, f, g, h].entries()) state[index] = ((state[index] as number) + value) | 0
}

function rotated(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by))
}
