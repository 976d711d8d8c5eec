import { sha256 } from './sha256.ts'

// The part of `node:crypto` that Socket.IO and `@roomful/server` use.

export const randomUUID = (): string => crypto.randomUUID()

export function randomInt(from: number, to: number): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2))
  return from + Math.floor(((high * 2 ** 21 + (low >>> 11)) / 2 ** 53) * (to - from))
}

export function randomBytes(count: number): { toString(encoding: 'base64url'): string } {
  const text = String.fromCharCode(...crypto.getRandomValues(new Uint8Array(count)))
  return { toString: () => btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '') }
}

/** Returns hex, which is the default of Node's `hash`. */
export function hash(algorithm: string, text: string): string {
  if (algorithm === 'sha256') return sha256(text)
  throw new Error(`crypto.hash: expected sha256, the only algorithm for a server in a page, got ${algorithm}`)
}
