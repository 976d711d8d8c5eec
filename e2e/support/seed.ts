import { setTimeout as delay } from 'node:timers/promises'
import { io } from 'socket.io-client'
import { sharedServer } from './addresses.ts'

/** The answer to `$publish`: one result for each message that was handled. */
interface PublishAnswer {
  readonly ok: boolean
  readonly results: readonly unknown[]
  readonly code?: string
  readonly after?: number
}

/** Fills a room of the shared server with messages, in batches of 64, which is the protocol's limit. */
export async function seed(room: string, texts: readonly string[]): Promise<void> {
  const response = await fetch(`${sharedServer}/session`, {
    method: 'POST',
    body: JSON.stringify({ name: 'Historian' }),
  })
  const { token } = (await response.json()) as { token: string }
  const socket = io(sharedServer, { auth: { token }, forceNew: true })
  try {
    const { epoch } = (await socket.emitWithAck('$join', { room })) as { epoch: string }
    const items = texts.map((text, index) => {
      const n = index + 1
      return { n, id: String(n).padStart(16, '0'), event: 'message', data: { text } }
    })
    for (let rest = items; rest.length > 0;) {
      const batch = { room, epoch, cid: 'historian-of-the-tests', items: rest.slice(0, 64) }
      const answer = (await socket.emitWithAck('$publish', batch)) as PublishAnswer
      rest = rest.slice(answer.results.length)
      if (answer.ok) continue
      // The server takes 1,000 messages at once, and then 50 a second.
      if (answer.code !== 'RATE') throw new Error(`not published: ${JSON.stringify(answer)}`)
      await delay(answer.after)
    }
  } finally {
    socket.disconnect()
  }
}
