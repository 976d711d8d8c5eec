import { RoomfulError } from '@roomful/contract'
import { describe } from '@roomful/contract/protocol'
import { isPacketValid, PacketType } from 'socket.io-parser'
import { copyOfBinary } from './copy-of-binary.ts'
import type { SocketParser } from './socket-port.ts'

type Listener = (packet: never) => void
type DecoderClass = new (options?: object) => {
  on(event: string, listener: Listener): unknown
  add(part: unknown): void
}
type EncoderClass = new () => { encode(packet: object): unknown[] }

/** The parser, which also refuses packets without the data that they must have: Socket.IO would throw out of its own promise. */
export function guardedParser(parser: SocketParser): SocketParser {
  const { Encoder, Decoder } = parser ?? {}
  if (typeof Encoder !== 'function' || typeof Decoder !== 'function')
    throw new RoomfulError(
      'INVALID_ARGUMENT',
      `socket.parser: expected { Encoder, Decoder }, as of socket.io-msgpack-parser, got ${describe(parser)}`,
    )
  class GuardedDecoder extends (Decoder as DecoderClass) {
    override on(event: string, listener: Listener): unknown {
      const checked = (packet: never): void => {
        if (!isPacketValid(packet)) throw new Error('invalid payload')
        listener(packet)
      }
      // Emitters compare `fn`, or `listener` in Node, where a listener is removed.
      return super.on(event, event === 'decoded' ? Object.assign(checked, { fn: listener, listener }) : listener)
    }
  }
  return { Encoder, Decoder: GuardedDecoder }
}

/** A copy of the arguments of an event, as its receiver would read them if they were sent now. Throws what the encoder throws. */
export function copyBy({ Encoder, Decoder }: SocketParser, args: readonly unknown[]): unknown[] {
  let copy: unknown[] = []
  const decoder = new (Decoder as DecoderClass)({ maxAttachments: Infinity })
  decoder.on('decoded', ({ data }: { data: unknown[] }) => (copy = data.slice(1)))
  const packet = { type: PacketType.EVENT, nsp: '/', data: ['copy', ...args] }
  for (const part of new (Encoder as EncoderClass)().encode(packet)) decoder.add(copyOfBinary(part))
  return copy
}
