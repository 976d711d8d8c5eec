import { sha256 } from './sha256.ts'

/** What Socket.IO and `@roomful/server` use of Node's crypto. */
export const randomUUID = (): string => crypto.randomUUID()

export function randomInt(from: number, to: number): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2))
  return from + Math.floor(((high * 2 ** 21 + (low >>> 11)) / 2 ** 53) * (to - from))
}

export function randomBytes(count: number): { toString(encoding: 'base64url'): string } {
  const text = String.fromCharCode(...crypto.getRandomValues(new Uint8Array(count)))
  return { toString: () => btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '') }
}

/** The answer in hex, as Node's without an encoding. */
export function hash(algorithm: string, text: string): string {
  if (algorithm === 'sha256') return sha256(text)
  throw new Error(`a server in a page knows sha256 only, not ${algorithm}`)
}
