import { RoomfulError } from '@roomful/contract'
import { describe } from '@roomful/contract/protocol'
import { createMockServer } from '../create-mock-server.ts'
import { checkedNumber, checkedUrl, invalid } from '../mock-options.ts'
import { parseTrace } from './parse-trace.ts'
import { ReplayCore } from './replay-core.ts'
import { ReplayServer } from './replay-server.ts'
import { stepsOf } from './replay-steps.ts'
import type { Trace } from './trace.ts'

/** The options of `replayTrace`. */
export interface ReplayOptions {
  /** The origin to which the client of the test connects. @default that of the trace */
  readonly url?: string
  /**
   * `expect`: the test sends what the app sent while the trace was recorded, and the replay waits for it. `skip`: the test
   * does not send it, and the server's answers to it are left out. @default "expect"
   */
  readonly sends?: 'expect' | 'skip'
}

/** A server that plays a recorded trace to one client. */
export interface TraceReplay {
  /** The address to which the client of the test connects, with the namespace of the trace. */
  readonly url: string
  /** What the replay waits for, such as a request of the client; undefined when all of the trace was played. */
  readonly waitsFor: string | undefined
  /**
   * Resolves when the server has sent all of the trace; the client may not have received the last packets yet. Rejects with
   * `TIMEOUT` after `timeoutMs` (5000), and with `DISCONNECTED` after `close()`: the sentence says what the replay waits for.
   */
  finished(this: void, options?: { readonly timeoutMs?: number }): Promise<void>
  /** Ends the connection and the server. */
  close(this: void): Promise<void>
}

/**
 * Plays a trace of `@roomful/devtools` to a client that the test makes: the server's packets in their order, its answers, and
 * the ends of connections. So a fault that a user has seen becomes a test. When the promise resolves, the server listens, as
 * that of `createMockServer` does. It serves one connection at a time. Attempts to connect that failed without an answer of
 * the server are left out.
 *
 * @throws RoomfulError `INVALID` for what is no trace, or cannot be replayed; `INVALID_ARGUMENT` for a wrong option.
 * @example
 * const replay = await replayTrace(await readFile('lost-message.trace.json', 'utf8'))
 * onTestFinished(replay.close)
 * const client = createClient({ url: replay.url, rooms: roomful() })
 * const room = await client.join('general')
 * await replay.finished()
 */
export async function replayTrace(
  trace: Trace | string | object,
  { url, sends = 'expect' }: ReplayOptions = {},
): Promise<TraceReplay> {
  if (sends !== 'expect' && sends !== 'skip')
    throw invalid(`sends: expected "expect" or "skip", got ${describe(sends)}`)
  const recorded = parseTrace(trace)
  const { origin, pathname } = addressOf(recorded.url)
  const server = createMockServer({ url: url === undefined ? origin : checkedUrl(url).origin })
  const core = new ReplayCore(stepsOf(recorded, sends === 'skip'))
  const player = new ReplayServer(server.io.of(pathname), core)
  await server.listen()

  return {
    url: new URL(pathname, server.url).href,
    get waitsFor() {
      return core.waitsFor
    },
    finished({ timeoutMs = 5_000 } = {}) {
      checkedNumber('timeoutMs', timeoutMs, 0, 2 ** 31 - 1)
      return new Promise((resolve, reject) => {
        const fail = (code: string, why: string): void =>
          reject(new RoomfulError(code, `${why}: the replay waits for ${core.waitsFor}`))
        const timer = setTimeout(fail, timeoutMs, 'TIMEOUT', `not finished within ${timeoutMs} ms`)
        player.whenOver((isClosed) => {
          clearTimeout(timer)
          if (isClosed) fail('DISCONNECTED', 'closed before its end')
          else resolve()
        })
      })
    },
    async close() {
      player.close()
      await server.close()
    },
  }
}

function addressOf(url: string): URL {
  if (!URL.canParse(url))
    throw new RoomfulError('INVALID', `not a trace: url: expected an address, got ${describe(url)}`)
  return new URL(url)
}
