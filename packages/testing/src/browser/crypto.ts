import { sha256 } from './sha256.ts'

// The part of `node:crypto` that Socket.IO and `@roomful/server` use.

export const randomUUID = (): string => crypto.randomUUID()

export function randomInt(from: number, to: number): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2))
  return from + Math.floor(((high * 2 ** 21 + (low >>> 11)) / 2 ** 53) * (to - from))
}

export function randomBytes(count: number): { toString(encoding: 'base64url'): string } {
  const bytes = crypto.getRandomValues(new Uint8Array(count))
  return { toString: () => base64url(bytes) }
}

export function hash(algorithm: string, text: string, encoding: 'hex' | 'base64url' = 'hex'): string {
  if (algorithm !== 'sha256')
    throw new Error(`crypto.hash: expected sha256, the only algorithm for a server in a page, got ${algorithm}`)
  const hex = sha256(text)
  if (encoding === 'hex') return hex
  return base64url((hex.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)))
}

function base64url(bytes: Iterable<number>): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}
