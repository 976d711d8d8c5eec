import { RoomfulError } from '@roomful/contract'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** A random id of 22 characters. */
export function pageId(): string {
  const { crypto } = globalThis as { crypto?: Partial<Crypto> }
  if (!crypto?.getRandomValues)
    throw new RoomfulError(
      'UNSUPPORTED',
      'crypto.getRandomValues is missing: import "react-native-get-random-values" before the client',
    )
  return Array.from(crypto.getRandomValues(new Uint8Array(22)), (byte) => ALPHABET[byte & 63]).join('')
}

/** The keys of this page's messages: a cid that is never used again, and rising numbers over all rooms (C1). */
export class MessageKeys {
  cid: string = pageId()
  #lastNumber = 0

  next(): { readonly cid: string; readonly n: number } {
    return { cid: this.cid, n: ++this.#lastNumber }
  }

  /** Another page gets the messages of the old cid. */
  renew(): void {
    this.cid = pageId()
    this.#lastNumber = 0
  }
}
