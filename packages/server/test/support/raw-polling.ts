import { Agent, type IncomingMessage, request, type RequestOptions } from 'node:http'

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
  /** Ends its TCP connections. */
  destroy(): void
}

/** Opens a session of a Socket.IO server by polling. The caller destroys it. */
export async function openPolling(url: string, headers: Readonly<Record<string, string>> = {}): Promise<RawPolling> {
  const agent = new Agent({ keepAlive: true })
  const opened = await answerTo(url + PATH, { agent, headers })
  const { sid } = JSON.parse(opened.text.slice(1)) as { sid: string }
  const address = `${url}${PATH}&sid=${sid}`
  return {
    sid,
    post: async (payload) => (await answerTo(address, { agent, headers }, payload)).status,
    poll: async () => {
      const { status, text } = await answerTo(address, { agent, headers })
      return status === 200 ? text.split(SEPARATOR) : undefined
    },
    destroy: () => agent.destroy(),
  }
}

async function answerTo(
  url: string,
  options: RequestOptions,
  body?: string,
): Promise<{ readonly status: number; readonly text: string }> {
  try {
    const response = await headOf(url, options, body)
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(chunk as Buffer)
    return { status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }
  } catch {
    return { status: 0, text: '' }
  }
}

function headOf(url: string, options: RequestOptions, body?: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { ...options, method: body === undefined ? 'GET' : 'POST' }, resolve)
    sent.on('error', reject)
    sent.end(body)
  })
}
