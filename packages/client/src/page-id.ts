import { RoomfulError } from '@roomful/contract'

/** In the order of Socket.IO's own ids. */
export const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_'

/** A random id of 22 characters. Throws `UNSUPPORTED` where the engine has no random numbers. */
export function pageId(): string {
  const { crypto } = globalThis as { crypto?: Partial<Crypto> }
  if (!crypto?.getRandomValues)
    throw new RoomfulError(
      'UNSUPPORTED',
      'crypto.getRandomValues is missing: import "react-native-get-random-values" before the client',
    )
  return Array.from(crypto.getRandomValues(new Uint8Array(22)), (byte) => DIGITS[byte & 63]).join('')
}
