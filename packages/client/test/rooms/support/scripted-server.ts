import type { Hello, HistoryAnswer, JoinAnswer, PublishAnswer, PublishRequest } from '@roomful/contract/protocol'
import type { Socket } from 'socket.io'
import { startServer } from '../../support/test-server.ts'

type Acknowledge = (answer: object) => void
interface RefusedAnswer {
  readonly ok: false
  readonly code: string
  readonly message?: string
}
/** An answer; `undefined`: the request gets none; a function sends it itself. */
type Answered<Full> = Full | RefusedAnswer | ((acknowledge: Acknowledge) => void) | undefined
type Answer<Request, Full> = (request: Request, socket: Socket, nth: number) => Answered<Full> | Promise<Answered<Full>>

export interface Script {
  /** The hello that is sent with the connect packet; `none`: the test sends one. */
  readonly hello?: Partial<Hello> | 'none'
  readonly $join?: Answer<{ room: string }, JoinAnswer>
  readonly $leave?: Answer<{ room: string }, { ok: true }>
  readonly $publish?: Answer<PublishRequest, PublishAnswer>
  readonly $history?: Answer<Record<string, unknown>, HistoryAnswer>
}

export const EPOCH = 'epoch-one'

export const helloWith = (hello: Partial<Hello> = {}): Partial<Hello> => ({
  v: 1,
  capabilities: [],
  user: null,
  now: Date.now(),
  ...hello,
})

export const joinAnswer = (answer: Partial<JoinAnswer> = {}): JoinAnswer => ({
  ok: true,
  epoch: EPOCH,
  head: 0,
  first: 1,
  entries: [],
  ...answer,
})

/** A server that speaks roomful/1 as the test scripts it. It has no log, and keeps what it receives. */
export async function startScript(script: Script = {}) {
  const received: { readonly event: string; readonly data: unknown; readonly socket: Socket }[] = []
  let seq = 0
  const standard: Required<Omit<Script, 'hello'>> = {
    $join: () => joinAnswer(),
    $leave: () => ({ ok: true }),
    $publish: ({ epoch, items }) => ({ ok: true, epoch, results: items.map(() => ({ seq: ++seq, at: Date.now() })) }),
    $history: () => ({ ok: false, code: 'NOT_MEMBER' }),
  }
  const server = await startServer({
    configure: (io) =>
      io.on('connection', (socket) => {
        if (script.hello !== 'none') socket.emit('$hello', helloWith(script.hello))
        socket.onAny((event: string, data: unknown) => received.push({ event, data, socket }))
        for (const name of ['$join', '$leave', '$publish', '$history'] as const)
          socket.on(name, async (request: unknown, acknowledge: Acknowledge = () => {}) => {
            const nth = received.filter(({ event }) => event === name).length
            const answers = (script[name] ?? standard[name]) as Answer<unknown, object>
            const answer = answers(request, socket, nth)
            if (typeof answer === 'function') return answer(acknowledge)
            const settled = await answer
            if (settled) acknowledge(settled)
          })
      }),
  })
  return {
    server,
    url: server.url,
    received,
    /** The names of the received packets, in order. */
    events: () => received.map(({ event }) => event),
    /** The data of the received packets of this name. */
    dataOf: (name: string) => received.filter(({ event }) => event === name).map(({ data }) => data),
    /** Emits to all clients. */
    say: (event: string, ...args: unknown[]): void => void server.io.emit(event, ...args),
  }
}

/** The last argument of a logged room event. */
export const metaOf = (room: string, seq: number, epoch = EPOCH) => ({
  $room: room,
  epoch,
  seq,
  id: `server:${seq}`,
  from: { id: 'ann', name: 'Ann' },
  at: 1_700_000_000_000 + seq,
})
