import { RoomfulError } from '@roomful/contract'
import { utf8BytesOf } from '@roomful/contract/protocol'

/** The number of an acknowledgement, at its longest: for the size of an answer that has no number yet. */
export const MAX_ACK_ID: number = 2 ** 31

/**
 * The error (`TOO_LARGE`) of a packet that is larger than the server takes: the server would end the connection, and with it
 * everything that is sent at the same time. The limit is in the handshake; without one nothing is refused.
 */
export function sizeError(
  pieces: readonly unknown[],
  limit: unknown,
  nameOf: () => string,
  isPolling = false,
): RoomfulError | undefined {
  if (typeof limit !== 'number' || !(limit > 0)) return undefined
  for (const piece of pieces) {
    const bytes = sizeOf(piece, limit, isPolling)
    if (bytes > limit)
      return new RoomfulError(
        'TOO_LARGE',
        `${nameOf()} was not sent: it has ${bytes} bytes, and the server takes at most ${limit} (its maxHttpBufferSize)`,
      )
  }
  return undefined
}

/** The size on the wire: text with its type, and binary data, which polling sends as base64. */
function sizeOf(piece: unknown, limit: number, isPolling: boolean): number {
  if (typeof piece === 'string') {
    // Three bytes for a UTF-16 unit are the most that UTF-8 needs.
    return piece.length * 3 < limit ? piece.length : utf8BytesOf(piece) + 1
  }
  const { byteLength = 0, size = byteLength } = piece as { byteLength?: number; size?: number }
  return isPolling ? 4 * Math.ceil(size / 3) + 1 : size
}
