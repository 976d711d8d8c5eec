import type { RoomfulError } from '@roomful/contract'
import type { Socket as Engine } from 'engine.io-client'
import { type Packet, PacketType } from 'socket.io-parser'
import { sizeError } from './message-size.ts'

type Encode = (packet: Packet) => unknown[]

/**
 * Refuses a packet that is larger than the server takes, with `TOO_LARGE`. Socket.IO cannot handle an error for a CONNECT
 * packet, which has the credentials: `refuse` gets it.
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
    const error = sizeError(pieces, limit, () => nameOf(packet), transport.name === 'polling')
    if (!error) return pieces
    if (packet.type !== PacketType.CONNECT) throw error
    refuse(packet.nsp, error)
    return []
  }
}

function nameOf({ type, data }: Packet): string {
  if (type === PacketType.CONNECT) return 'auth'
  if (type === PacketType.EVENT || type === PacketType.BINARY_EVENT) return `"${String((data as unknown[])[0])}"`
  return 'the answer'
}
