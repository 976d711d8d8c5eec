import { RoomfulError } from '@roomful/contract'

/** In the order of Socket.IO's own ids. */
export const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_'

/** The id of a page: 22 characters, 132 random bits. Throws `UNSUPPORTED` where the engine has no random numbers. */
export function pageId(): string {
  return randomId(22)
}

/** The id of a message: 16 characters, 96 random bits. */
export function messageId(): string {
  return randomId(16)
}

function randomId(length: number): string {
  const { crypto } = globalThis as { crypto?: Partial<Crypto> }
  if (!crypto?.getRandomValues)
    throw new RoomfulError(
      'UNSUPPORTED',
      'crypto.getRandomValues is missing: import "react-native-get-random-values" before the client',
    )
  return Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => DIGITS[byte & 63]).join('')
}
