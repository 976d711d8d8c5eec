import { createClient } from '@roomful/client'
import { io, type Socket } from 'socket.io-client'
import { chat } from './chat.ts'

/** Somebody in a room. */
export interface Person {
  /** Resolves when the server has it. */
  say(text: string): Promise<unknown>
  /** Resolves when so many messages more were heard. */
  hears(count: number): Promise<void>
  lose(): void
  /** Ends every wait. */
  back(): Promise<unknown>
}

export async function roomfulPerson(url: string, name = 'general'): Promise<Person> {
  const client = createClient({ url, contract: chat, socket: { transports: ['websocket'], forceNew: true } })
  const room = await client.join(name)
  const { heard, hears } = ears()
  room.on('message', heard)
  return { say: (text) => room.emit('message', { text }), hears, lose: client.disconnect, back: client.connect }
}

/** As careful as Socket.IO can be: it sends again until there is an answer, and its server recovers connections. */
export async function plainPerson(url: string): Promise<Person> {
  const options = { transports: ['websocket'], forceNew: true, reconnection: false, retries: 3, ackTimeout: 10_000 }
  const socket = io(url, options)
  await connected(socket)
  await socket.emitWithAck('join')
  const { heard, hears } = ears()
  socket.on('message', heard)
  return {
    say: (text) => socket.emitWithAck('message', { text }),
    hears,
    lose: () => socket.io.engine.close(),
    async back() {
      socket.connect()
      await connected(socket)
      if (!socket.recovered) throw new Error('the connection was not recovered')
    },
  }
}

function connected(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', reject)
  })
}

function ears() {
  let left = 0
  let done = (): void => {}
  const heard = (): void => {
    left -= 1
    if (left === 0) done()
  }
  const hears = (count: number): Promise<void> =>
    new Promise((resolve) => {
      left = count
      done = resolve
      if (count === 0) done()
    })
  return { heard, hears }
}
