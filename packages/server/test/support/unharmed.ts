import { randomBytes } from 'node:crypto'
import { wire } from '@roomful/contract/protocol'
import { openSocketIo, type RawOptions, type RawWebSocket, received } from './raw-web-socket.ts'

/** Two clients of the server talk: a message of one reaches the other within a second. */
export async function expectUnharmed(url: string, options?: RawOptions): Promise<void> {
  const [ann, bob] = [await openSocketIo(url, options), await openSocketIo(url, options)]
  try {
    const { epoch } = await joinRoom(ann, 'pair')
    await joinRoom(bob, 'pair')
    const cid = randomBytes(17).toString('base64url').slice(0, 22)
    const item = { n: 1, id: `message-${cid.slice(0, 8)}`, event: 'message', data: { text: 'still here' } }
    const started = performance.now()
    ann.send(`429${JSON.stringify([wire.publish, { room: 'pair', epoch, cid, items: [item] }])}`)
    await received(bob, /^42\["message",\{"text":"still here"\}/)
    const ms = performance.now() - started
    if (ms > 1_000) throw new Error(`a message of another client took ${Math.round(ms)} ms, expected at most 1,000`)
  } finally {
    ann.destroy()
    bob.destroy()
  }
}

export async function joinRoom(
  socket: RawWebSocket,
  room: string,
  timeoutMs?: number,
): Promise<{ readonly epoch: string; readonly head: number }> {
  socket.send(`421${JSON.stringify([wire.join, { room }])}`)
  const [, answer = ''] = await received(socket, /^431\[(\{"ok":true.*\})\]$/, timeoutMs)
  return JSON.parse(answer) as { epoch: string; head: number }
}
