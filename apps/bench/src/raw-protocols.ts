import { randomBytes } from 'node:crypto'
import { wire } from '@roomful/contract/protocol'
import { numberedText } from './numbered-text.ts'
import { RawConnection } from './raw-connection.ts'

/** How a contender joins a room and sends a message to it. */
export interface RawProtocol {
  /** Resolves with the bytes of the answer. */
  join(connection: RawConnection, room: string, readsPacks: boolean): Promise<number>
  send(connection: RawConnection, room: string, number: number): void
}

/** A server with `socket.join` and `io.to().emit`. Every contender's messages have the same text. */
const plain: RawProtocol = {
  async join(connection, room) {
    return (await connection.request('join', room)).bytes
  },
  send(connection, room, number) {
    connection.send(`42${JSON.stringify(['send', { room, text: numberedText(number) }])}`)
  },
}

/** `roomful/1`. A sender has one message under way, as a client has one batch under way. */
function roomful(): RawProtocol {
  const epochs = new Map<string, string>()
  let n = 0
  const senders = new Map<RawConnection, string>()
  const cidOf = (connection: RawConnection): string => {
    const cid = senders.get(connection) ?? randomBytes(16).toString('base64url')
    senders.set(connection, cid)
    return cid
  }
  return {
    async join(connection, room, readsPacks) {
      const request = readsPacks ? { room, packs: true } : { room }
      const { match, bytes } = await connection.request(wire.join, request, /431\[\{"ok":true,"epoch":"([^"]+)"/)
      epochs.set(room, match)
      return bytes
    },
    send(connection, room, number) {
      n += 1
      const epoch = epochs.get(room)
      const id = randomBytes(12).toString('base64url')
      const items = [{ n, id, event: 'message', data: { text: numberedText(number) } }]
      connection.send(`429${JSON.stringify([wire.publish, { room, epoch, cid: cidOf(connection), items }])}`)
    },
  }
}

/** By the kind of the server. */
export const rawProtocols: Readonly<Record<'plain' | 'rooms', () => RawProtocol>> = {
  plain: () => plain,
  rooms: roomful,
}
