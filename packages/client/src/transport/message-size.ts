import { RoomfulError } from '@roomful/contract'
import { utf8BytesOf } from '@roomful/contract/protocol'
import type { Socket as Engine } from 'engine.io-client'
import { type Packet, PacketType } from 'socket.io-parser'

type Encode = (packet: Packet) => unknown[]

/**
 * Refuses a packet that is larger than the server takes, with `TOO_LARGE`: the server would end the connection, and with it
 * everything that is sent at the same time. The handshake tells the limit; without one nothing is refused. Socket.IO cannot
 * handle an error for a CONNECT packet, which has the credentials: `refuse` gets it.
 */
export function withSizeLimit(
  encode: Encode,
  engine: () => Engine,
  refuse: (nsp: string, error: RoomfulError) => void,
): Encode {
  return (packet) => {
    const pieces = encode(packet)
    const { _maxPayload: limit, transport } = engine() as unknown as {
      _maxPayload?: number
      transport: { name: string }
    }
    if (typeof limit !== 'number' || !(limit > 0)) return pieces
    for (const piece of pieces) {
      const bytes = sizeOf(piece, limit, transport.name === 'polling')
      if (bytes <= limit) continue
      const error = tooLarge(packet, bytes, limit)
      if (packet.type !== PacketType.CONNECT) throw error
      refuse(packet.nsp, error)
      return []
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

function tooLarge(packet: Packet, bytes: number, limit: number): RoomfulError {
  const what = nameOf(packet)
  return new RoomfulError(
    'TOO_LARGE',
    `${what} was not sent: it has ${bytes} bytes, and the server takes at most ${limit} (its maxHttpBufferSize)`,
  )
}

function nameOf({ type, data }: Packet): string {
  if (type === PacketType.CONNECT) return 'auth'
  if (type === PacketType.EVENT || type === PacketType.BINARY_EVENT) return `"${String((data as unknown[])[0])}"`
  return 'the answer'
}
