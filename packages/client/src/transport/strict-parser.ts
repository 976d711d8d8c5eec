import { Decoder as LooseDecoder, Encoder, PacketType } from 'socket.io-parser'

export { Encoder }

/** How a packet that must carry data can end: Socket.IO trusts that it does, and throws out of its own promise if not. */
const ENDINGS: Readonly<Record<string, string>> = {
  [PacketType.EVENT]: ']',
  [PacketType.ACK]: ']',
  [PacketType.BINARY_EVENT]: ']',
  [PacketType.BINARY_ACK]: ']',
  [PacketType.CONNECT_ERROR]: '"}',
}

/** Socket.IO's decoder, that also refuses packets without the data that they must have. */
export class Decoder extends LooseDecoder {
  override add(packet: unknown): void {
    if (typeof packet === 'string' && ENDINGS[packet.charAt(0)]?.includes(packet.slice(-1)) === false)
      throw new Error('invalid payload')
    super.add(packet)
  }
}
