import { Agent, type IncomingMessage, request } from 'node:http'
import { onTestFinished } from 'vitest'

const PATH = '/socket.io/?EIO=4&transport=polling'
/** Separates the packets of a payload. */
export const SEPARATOR = '\u001E'

/** A polling client that sends any payload, and need not poll. */
export interface RawPolling {
  readonly sid: string
  /** Sends a payload; resolves with the status, or 0 if the server ended the connection. */
  post(payload: string): Promise<number>
  /** Polls once; resolves with the packets, or undefined if the session is unknown or the connection ended. */
  poll(): Promise<readonly string[] | undefined>
}

/** Opens a session of a Socket.IO server by polling. */
export async function openPolling(url: string): Promise<RawPolling> {
  const agent = new Agent({ keepAlive: true })
  onTestFinished(() => agent.destroy())
  const opened = await answerTo(url + PATH, agent)
  const { sid } = JSON.parse(opened.text.slice(1)) as { sid: string }
  const address = `${url}${PATH}&sid=${sid}`
  return {
    sid,
    post: async (payload) => (await answerTo(address, agent, payload)).status,
    poll: async () => {
      const { status, text } = await answerTo(address, agent)
      return status === 200 ? text.split(SEPARATOR) : undefined
    },
  }
}

/** Opens a session and joins the main namespace. */
export async function openPollingSocket(url: string): Promise<RawPolling> {
  const client = await openPolling(url)
  await client.post('40')
  await client.poll()
  return client
}

async function answerTo(
  url: string,
  agent: Agent,
  body?: string,
): Promise<{ readonly status: number; readonly text: string }> {
  try {
    const response = await headOf(url, agent, body)
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(chunk as Buffer)
    return { status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }
  } catch {
    return { status: 0, text: '' }
  }
}

function headOf(url: string, agent: Agent, body?: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, method: body === undefined ? 'GET' : 'POST' }, resolve)
    sent.on('error', reject)
    sent.end(body)
  })
}
