import { RoomfulError } from '@roomful/contract'

/** In the order of Socket.IO's own ids. */
export const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_'

/** For 64 messages. */
const POOL_BYTES = 1_024

/** The id of a page: 22 characters, 132 random bits. Throws `UNSUPPORTED` where the engine has no random numbers. */
export function pageId(): string {
  return randomId(22)
}

/** The id of a message: 16 characters, 96 random bits. */
export function messageId(): string {
  return randomId(16)
}

/** Random bytes that no id has used: one call of the engine for many ids, since a call costs more than all the rest of an id. */
let pool = new Uint8Array(0)
let used = 0

function randomId(length: number): string {
  const { crypto } = globalThis as { crypto?: Partial<Crypto> }
  if (!crypto?.getRandomValues)
    throw new RoomfulError(
      'UNSUPPORTED',
      'crypto.getRandomValues is missing: import "react-native-get-random-values" before the client',
    )
  if (used + length > pool.length) {
    pool = crypto.getRandomValues(new Uint8Array(POOL_BYTES))
    used = 0
  }
  let id = ''
  for (const end = used + length; used < end; used += 1) id += DIGITS[pool[used]! & 63]
  return id
}
