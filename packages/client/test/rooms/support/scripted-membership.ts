import { RoomfulError, type RoomState } from '@roomful/client'
import { vi } from 'vitest'
import { Membership } from '../../../src/rooms/membership.ts'

interface Request {
  readonly kind: 'join' | 'leave'
  readonly answer: (answer: { acknowledged: boolean }) => void
  readonly refuse: (error: RoomfulError) => void
  /** The answer of a server that was not waited for. */
  readonly late: (refusal?: RoomfulError) => void
}

interface Script {
  readonly connected?: boolean
  readonly unusable?: RoomfulError
}

/** A membership over a server that answers when, and what, the test says. */
export function createScriptedMembership({ connected = true, unusable }: Script = {}) {
  const requests: Request[] = []
  const seen: RoomState['status'][] = []
  const entered: number[] = []
  const errands: string[] = []
  let isReady = connected
  let isNeeded = false
  let stopped: RoomfulError | undefined

  const ask = (kind: Request['kind'], late: Request['late']) =>
    new Promise<{ acknowledged: boolean }>((answer, refuse) => requests.push({ kind, late, refuse, answer }))
  const membership = new Membership(
    {
      unusable,
      isReady: () => isReady,
      stoppedBy: () => stopped,
      enter: (onLate) => ask('join', onLate),
      entered: () => {
        entered.push(requests.length)
        return () => {}
      },
      isNeeded: () => isNeeded,
      admitted: () => void errands.push('admitted'),
      turnedAway: ({ code }) => void errands.push(code),
      exit: async () => void (await ask('leave', () => {})),
      changed: (_from, to) => seen.push(to.status),
    },
    (error) => {
      throw error
    },
  )
  const settle = async (n: number, how: (request: Request) => void): Promise<void> => {
    await settled()
    const request = requests[n]
    if (!request) throw new Error(`expected ${n + 1} requests, got ${requests.length}`)
    how(request)
    await settled()
  }
  return {
    retain: () => membership.retain(),
    leave: () => membership.leave(),
    /** What becomes of the join: `joined`, or the error's code. */
    join: (): Promise<string> =>
      membership.join().then(
        () => 'joined',
        (error: RoomfulError) => error.code,
      ),
    up: (recovered = false): Promise<void> => {
      isReady = true
      stopped = undefined
      return membership.up(recovered)
    },
    down: (error?: RoomfulError): void => {
      isReady = false
      stopped = error
      membership.down(error)
    },
    status: () => membership.store.getState().status,
    /** Every status since the start, in order. */
    seen,
    /** Messages wait in the room, or none do any more. */
    need: () => {
      isNeeded = true
    },
    idle: () => {
      isNeeded = false
      void membership.idle()
    },
    errand: () => membership.errand(),
    rejoin: () => membership.rejoin(),
    /** What the messages that wait were told: that the room is open for them, or the code of its refusal. */
    errands,
    /** How many answers to joins were taken for what is now. */
    entered,
    /** The requests so far. */
    asked: () => requests.map(({ kind }) => kind),
    /** Has the server say yes to its n-th request, which must be there. */
    answer: (n: number, acknowledged = true) => settle(n, (request) => request.answer({ acknowledged })),
    refuse: (n: number, error: RoomfulError) => settle(n, (request) => request.refuse(error)),
    late: (n: number, refusal?: RoomfulError) => settle(n, (request) => request.late(refusal)),
  }
}

/** Lets promises settle, under fake timers; no time passes. */
export async function settled(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0)
}
