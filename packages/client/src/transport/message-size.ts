import { RoomfulError } from '@roomful/contract'
import { utf8BytesOf } from '@roomful/contract/protocol'
import type { Socket as Engine } from 'engine.io-client'
import type { Packet } from 'socket.io-parser'

type Encode = (packet: Packet) => unknown[]

/**
 * Refuses a packet that is larger than the server takes, with `TOO_LARGE`: the server would end the connection, and with it
 * everything that is sent at the same time. The handshake tells the limit; without one nothing is refused.
 */
export function withSizeLimit(encode: Encode, engine: () => Engine): Encode {
  return (packet) => {
    const pieces = encode(packet)
    const { _maxPayload: limit, transport } = engine() as unknown as {
      _maxPayload?: number
      transport: { name: string }
    }
    if (typeof limit !== 'number' || !(limit > 0)) return pieces
    for (const piece of pieces) {
      const bytes = sizeOf(piece, limit, transport.name === 'polling')
      if (bytes > limit) throw tooLarge(packet, bytes, limit)
    }
    return pieces
  }
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

function tooLarge({ data }: Packet, bytes: number, limit: number): RoomfulError {
  const name: unknown = Array.isArray(data) ? data[0] : undefined
  const what = typeof name === 'string' ? `"${name}"` : 'the packet'
  return new RoomfulError(
    'TOO_LARGE',
    `${what} was not sent: it has ${bytes} bytes, and the server takes at most ${limit} (its maxHttpBufferSize)`,
  )
}
