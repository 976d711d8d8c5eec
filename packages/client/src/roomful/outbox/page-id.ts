import { RoomfulError } from '@roomful/contract'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** A fresh random id of 22 characters, the first half of the key of each of the page's messages. It is never used again. */
export function pageId(): string {
  const { crypto } = globalThis as { crypto?: Partial<Crypto> }
  if (!crypto?.getRandomValues)
    throw new RoomfulError(
      'UNSUPPORTED',
      'crypto.getRandomValues is missing: import "react-native-get-random-values" before the client',
    )
  return Array.from(crypto.getRandomValues(new Uint8Array(22)), (byte) => ALPHABET[byte & 63]).join('')
}
